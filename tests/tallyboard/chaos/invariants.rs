//! Invariants of the chaos test: final spreadsheet contents against the confirmed writes.

use std::collections::HashMap;

use serde_json::Value;

use crate::chaos::{
    Deals,
    clients::{Submitted, Updated},
    staff::{OWN_COLUMN, Staff, TabContents},
};

/// Contents of the tabs at the end.
pub struct Found {
    submissions: TabContents,
    deals: TabContents,
    log: TabContents,
}

impl Found {
    pub async fn read(staff: &Staff) -> Self {
        Self {
            submissions: staff.read_tab("submissions").await,
            deals: staff.read_tab("deals").await,
            log: staff.read_tab("audit_log").await,
        }
    }

    /// Checks all invariants and returns a summary; panics at the first violation.
    pub fn check(&self, submitted: &[Submitted], deals: &Deals, updated: &[Updated], staff: &Staff) -> String {
        if let Some(path) = std::env::var_os("CHAOS_LOG") {
            let lines: String = self.log.rows.iter().map(|row| format!("{row:?}\n")).collect();
            let path = std::path::Path::new(&path).with_extension("audit_log");
            std::fs::write(path, lines).expect("audit log");
        }
        let claims = self.check_submissions(submitted, staff);
        let changes = self.check_deals(deals, updated, staff);
        self.check_remarks(staff);
        let put_right = self
            .log
            .rows
            .iter()
            .filter(|row| self.log.text(row, "action") == "put right")
            .count();
        format!(
            "{claims}\n{changes}\nstaff: {} sorts, {} columns moved, {} rows added, {} deleted, {} remarks, {} assignees\n\
             audit log: {} lines, {put_right} of them put right",
            staff.sorts,
            staff.column_moves,
            staff.own_rows_added,
            staff.own_rows_deleted,
            staff.remarks.len(),
            staff.assignees.len(),
            self.log.rows.len(),
        )
    }

    fn check_submissions(&self, submitted: &[Submitted], staff: &Staff) -> String {
        let sight = &self.submissions;
        let mut by_company: HashMap<&str, Vec<&Vec<Value>>> = HashMap::new();
        for row in &sight.rows {
            by_company.entry(sight.text(row, "company")).or_default().push(row);
        }
        let (mut confirmed, mut there_unconfirmed, mut absent) = (0, 0, 0);
        for claim in submitted {
            let rows = by_company.remove(claim.company.as_str()).unwrap_or_default();
            let company = &claim.company;
            assert!(rows.len() <= 1, "{company} stands {} times: {rows:?}", rows.len());
            assert!(
                !claim.acknowledged || rows.len() == 1,
                "{company} was confirmed and is not there"
            );
            match (claim.acknowledged, rows.first()) {
                (true, _) => confirmed += 1,
                (false, Some(_)) => there_unconfirmed += 1,
                (false, None) => absent += 1,
            }
            for row in rows {
                assert_eq!(sight.text(row, "csm"), claim.csm, "{company}: {row:?}");
                assert_eq!(sight.text(row, "integrations"), "GitHub, Cursor", "{company}: {row:?}");
                assert_eq!(sight.text(row, "status"), "received", "{company}: {row:?}");
                assert_eq!(sight.text(row, "id").len(), 36, "{company}: {row:?}");
                assert!(sight.cell(row, "submitted_at").is_number(), "{company}: {row:?}");
            }
        }
        for company in &staff.own_rows {
            let rows = by_company.remove(company.as_str()).unwrap_or_default();
            assert_eq!(rows.len(), 1, "staff's own row {company}");
            assert_eq!(sight.text(rows[0], "csm"), "Staff");
            assert_eq!(sight.text(rows[0], "integrations"), "", "staff's own row {company}");
        }
        let nobodys: Vec<_> = by_company.into_iter().collect();
        assert!(nobodys.is_empty(), "rows that nobody sent: {nobodys:?}");
        let repeated = submitted.iter().filter(|claim| claim.repeated).count();
        format!(
            "submissions: {confirmed} confirmed and there once, {there_unconfirmed} unconfirmed but whole, {absent} absent; \
             {repeated} were sent more than once"
        )
    }

    fn check_deals(&self, deals: &Deals, updated: &[Updated], staff: &Staff) -> String {
        let sight = &self.deals;
        assert_eq!(sight.rows.len(), deals.len(), "deals");
        let mut by_client: HashMap<&str, &Vec<Value>> = HashMap::new();
        for row in &sight.rows {
            assert!(
                by_client.insert(sight.text(row, "client"), row).is_none(),
                "a client twice: {row:?}"
            );
        }
        let (mut confirmed, mut unconfirmed, mut conflicts) = (0, 0, 0);
        for (number, (id, client)) in deals.iter().enumerate() {
            let row = by_client
                .get(client.as_str())
                .unwrap_or_else(|| panic!("{client} is gone"));
            assert_eq!(
                sight.cell(row, "id").as_f64().map(|found| format!("{found}")),
                Some(id.to_string()),
                "{number} {client}"
            );
            let wanted = |column: &str| {
                updated
                    .iter()
                    .find(|update| update.deal == *id && update.column == column)
            };
            let first_amount = 1000.0 + client.trim_start_matches("Client ").parse::<f64>().expect("number");
            for (column, before) in [
                ("notes", Value::Null),
                ("secteur", Value::Null),
                ("montant_brut", Value::from(first_amount)),
            ] {
                let found = plain(sight.cell(row, column));
                let update = wanted(column);
                conflicts += update.map_or(0, |update| update.conflicts);
                let is_new = update.is_some_and(|update| plain(&update.value) == found);
                let is_old = plain(&before) == found;
                match update {
                    Some(update) if update.acknowledged => {
                        assert!(
                            is_new,
                            "{client}: {column} was confirmed as {} and is {found}",
                            update.value
                        );
                        confirmed += 1;
                    }
                    _ => {
                        assert!(is_new || is_old, "{client}: {column} is {found}");
                        unconfirmed += usize::from(update.is_some());
                    }
                }
            }
            let assignee = staff.assignees.get(client).map_or("", String::as_str);
            assert_eq!(sight.text(row, "assignee"), assignee, "{client}");
            assert_eq!(sight.text(row, "statut"), "Prospect", "{client}");
        }
        format!("updates: {confirmed} confirmed and there, {unconfirmed} unconfirmed, {conflicts} conflicts on the way")
    }

    fn check_remarks(&self, staff: &Staff) {
        for (tab, sight, name) in [
            ("submissions", &self.submissions, "company"),
            ("deals", &self.deals, "client"),
        ] {
            for row in &sight.rows {
                let remark = staff.remarks.get(&(tab, sight.text(row, name).to_owned()));
                let found = sight.text(row, OWN_COLUMN);
                assert_eq!(found, remark.map_or("", String::as_str), "{tab}: {row:?}");
            }
        }
    }
}

/// Normalised cell for comparison: integers equal floats, and empty text equals an empty cell.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::String(text) if text.is_empty() => Value::Null,
        other => other.clone(),
    }
}
