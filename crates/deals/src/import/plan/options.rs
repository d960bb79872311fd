//! Import options: matching key, decimal mark and treatment of empty cells.

use std::collections::BTreeSet;

use domain::normalize::normalize;

use crate::{
    deal::{Deal, stage::LostStage},
    import::{
        mapping::field::ImportField,
        plan::{
            lines::{ParsedLine, ParsedLines},
            matching::{DealIndex, key_of_line},
            values::DealFieldValue,
        },
    },
    text::amount::DecimalMark,
};

/// Options for importing one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    /// Fields by which a line is matched to its deal.
    pub key: MatchingKey,
    /// Decimal mark of the whole file; `None` until it is chosen. Only amounts such as `12.500` depend on it.
    pub decimal_mark: Option<DecimalMark>,
    /// Effect of an empty cell on the existing value.
    pub empty_cells: EmptyCells,
    /// Whether deals on this board can be lost.
    pub lost_stage: LostStage,
}

/// Effect of an empty cell of the file on the existing value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyCells {
    /// Keeps the value: many exports leave out what they do not know.
    #[default]
    Keep,
    /// Erases sector, due date, assignee and notes; client, status and amount are never erased.
    Erase,
}

/// Fields that identify a deal. With [`ImportField::Id`] among them, a line with a known id is matched by that id alone.
/// Every other line is matched by all the other fields for which the file has a column. Texts are compared in
/// normalised form; an empty cell equals only an empty cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchingKey(BTreeSet<ImportField>);

/// No field was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("choose at least one field by which a line finds its deal")]
pub struct NoKeyField;

impl Default for MatchingKey {
    /// Id, otherwise client, due date and sector.
    fn default() -> Self {
        Self(
            [
                ImportField::Id,
                ImportField::Client,
                ImportField::Due,
                ImportField::Sector,
            ]
            .into(),
        )
    }
}

impl MatchingKey {
    /// Key of the given fields.
    ///
    /// # Errors
    /// [`NoKeyField`] without any field.
    pub fn new(fields: impl IntoIterator<Item = ImportField>) -> Result<Self, NoKeyField> {
        let fields: BTreeSet<ImportField> = fields.into_iter().collect();
        match fields.is_empty() {
            true => Err(NoKeyField),
            false => Ok(Self(fields)),
        }
    }

    /// Fields in the column order of the tab.
    pub fn fields(&self) -> impl Iterator<Item = ImportField> {
        self.0.iter().copied()
    }

    /// Whether ids in the file are ids of the tab.
    pub fn has_id(&self) -> bool {
        self.0.contains(&ImportField::Id)
    }

    /// Default key for a file: includes the id only if the ids in the file are those of the tab. A CRM also counts its
    /// deals from 1, so its ids would match arbitrary deals. The ids count as ours if the other fields never match a
    /// different deal, and most of the remaining lines name the client of the deal with their id.
    pub fn suggested(existing: &[Deal], lines: &ParsedLines) -> Self {
        let key = Self::default();
        let columns = key.columns(lines);
        let deals = DealIndex::of(existing, &columns);
        let (mut ours, mut doubtful) = (0_usize, 0_usize);
        for line in lines
            .lines
            .iter()
            .filter(|line| line.has_id() && line.problems.is_empty())
        {
            let by_id = line.id().and_then(|id| deals.with_id(id).first().copied());
            match (deals.with_key(&key_of_line(&columns, line)), by_id) {
                ([], None) => {}
                ([], Some(deal)) if has_client_of(line, &existing[deal]) => ours += 1,
                ([], Some(_)) => doubtful += 1,
                (found, Some(deal)) if found.contains(&deal) => ours += 1,
                (_, _) => return key.without_id(),
            }
        }
        match ours > doubtful {
            true => key,
            false => key.without_id(),
        }
    }

    fn without_id(mut self) -> Self {
        self.0.remove(&ImportField::Id);
        self
    }

    /// Key fields other than the id that have a column in the file. Empty if the client is a key field without a
    /// column: due date and sector alone would match any client's deals.
    pub(crate) fn columns(&self, lines: &ParsedLines) -> Vec<ImportField> {
        if self.0.contains(&ImportField::Client) && !lines.mapped.contains(&ImportField::Client) {
            return Vec::new();
        }
        self.fields()
            .filter(|field| *field != ImportField::Id && lines.mapped.contains(field))
            .collect()
    }
}

fn has_client_of(line: &ParsedLine, deal: &Deal) -> bool {
    match line.value(ImportField::Client) {
        Some(DealFieldValue::Text(client)) => normalize(client) == normalize(&deal.client),
        _ => true,
    }
}
