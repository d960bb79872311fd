//! Edit conflicts: detection, three-way merge, and the pages for a conflict and for a deal deleted in the meantime.

pub(crate) mod page;
pub(crate) mod view;

use crate::editing::changes::{DealFields, INPUT_COLUMNS};

/// A requested edit of a deal.
#[derive(Clone, Debug)]
pub(crate) struct EditIntent {
    /// Values that the author saw.
    pub(crate) seen: DealFields,
    /// Values that the author wants.
    pub(crate) wanted: DealFields,
    /// Columns that must be unchanged since they were seen, although the edit does not touch them.
    pub(crate) watched: Vec<usize>,
}

/// Both sides of an edit conflict.
pub(crate) struct EditConflict {
    /// The requested edit.
    pub(crate) intent: EditIntent,
    /// Values now in the sheet.
    pub(crate) found: DealFields,
    /// Columns in conflict.
    pub(crate) columns: Vec<usize>,
}

impl EditIntent {
    /// An edit that changes nothing.
    pub(crate) fn untouched(found: &DealFields) -> Self {
        Self {
            seen: found.clone(),
            wanted: found.clone(),
            watched: Vec::new(),
        }
    }

    /// Columns in conflict: the sheet holds a value that differs both from the one the author saw and from the one they
    /// want. A column that the author left unchanged is in conflict only if it is among `watched`.
    pub(crate) fn conflicting_columns(&self, found: &DealFields) -> Vec<usize> {
        let is_in_conflict = |column: &usize| {
            let [seen, found, wanted] = [&self.seen, found, &self.wanted].map(|fields| fields.entry(*column));
            found != seen && found != wanted && (seen != wanted || self.watched.contains(column))
        };
        INPUT_COLUMNS.into_iter().filter(is_in_conflict).collect()
    }

    /// Applies the author's changes to the values now in the sheet (three-way merge).
    pub(crate) fn merge(&self, found: &DealFields) -> DealFields {
        let changed = |column: &usize| self.seen.entry(*column) != self.wanted.entry(*column);
        let columns = INPUT_COLUMNS.into_iter().filter(changed);
        columns.fold(found.clone(), |fields, column| fields.with_column(column, &self.wanted))
    }
}

impl EditConflict {
    /// Values now in the sheet, with the author's changes applied.
    pub(crate) fn merged(&self) -> DealFields {
        self.intent.merge(&self.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deal::{
        columns::{CLIENT, STAGE},
        fixture::{deal, money},
        stage::DealStage,
    };

    fn fields(client: &str, stage: DealStage, euros: &str) -> DealFields {
        DealFields {
            client: client.into(),
            ..DealFields::of(&deal(2, stage, euros))
        }
    }

    #[test]
    fn only_what_both_changed_to_different_values_clashes() {
        let seen = fields("Acme", DealStage::Prospect, "10");
        for (found, wanted, watched, expected) in [
            (
                ("Acme", DealStage::Prospect, "10"),
                ("B", DealStage::Won, "20"),
                vec![],
                vec![],
            ),
            (
                ("B", DealStage::Prospect, "10"),
                ("Acme", DealStage::Won, "10"),
                vec![],
                vec![],
            ),
            (
                ("B", DealStage::Prospect, "10"),
                ("Acme", DealStage::Won, "10"),
                vec![CLIENT],
                vec![CLIENT],
            ),
            (
                ("B", DealStage::Won, "10"),
                ("B", DealStage::Won, "10"),
                vec![CLIENT],
                vec![],
            ),
            (
                ("B", DealStage::Won, "30"),
                ("C", DealStage::Lost, "10"),
                vec![],
                vec![CLIENT, STAGE],
            ),
        ] {
            let [found, wanted] = [found, wanted].map(|(client, stage, euros)| fields(client, stage, euros));
            let seen = seen.clone();
            let intent = EditIntent { seen, wanted, watched };
            assert_eq!(intent.conflicting_columns(&found), expected, "{found:?} {intent:?}");
        }
    }

    #[test]
    fn what_a_person_changed_comes_over_what_somebody_else_changed_besides() {
        let seen = fields("Acme", DealStage::Prospect, "10");
        let found = fields("ACME SA", DealStage::Prospect, "10");
        let wanted = fields("Acme", DealStage::Prospect, "20");
        let watched = Vec::new();
        let merged = EditIntent { seen, wanted, watched }.merge(&found);
        assert_eq!((&*merged.client, merged.amount), ("ACME SA", money("20")));
    }
}
