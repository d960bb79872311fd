//! Columns of the tabs `deals` and `deal_pauses`.

use sheets_store::{ChangeHistory, Column, ColumnKind, IdSource, Tab};

/// Tab `deals`: one row per deal.
pub static DEALS: Tab = Tab {
    title: "deals",
    columns: &[
        Column::new("id", ColumnKind::Integer),
        Column::new("client", ColumnKind::Text),
        Column::new(
            "statut",
            ColumnKind::Choice(&["Prospect", "Qualifié", "Négociation", "Gagné"]),
        ),
        Column::new("montant_brut", ColumnKind::Euros),
        Column::new("probabilite", ColumnKind::Percent),
        Column::new("valeur_ponderee", ColumnKind::Euros),
        Column::new("secteur", ColumnKind::Text),
        Column::new("date_echeance", ColumnKind::Date),
        Column::new("assignee", ColumnKind::Text),
        Column::new("notes", ColumnKind::Text),
        Column::new("created_at", ColumnKind::DateTime),
        Column::new("updated_at", ColumnKind::DateTime),
    ],
    ids: IdSource::Counted,
    history: ChangeHistory::Kept,
    updated_at: Some(UPDATED_AT),
};

/// Tab `deal_pauses`: snoozed deals, by the id of the deal.
pub static DEAL_SNOOZES: Tab = Tab {
    title: "deal_pauses",
    columns: &[
        Column::new("id", ColumnKind::Text),
        Column::new("until", ColumnKind::Date),
        Column::new("reason", ColumnKind::Text),
        Column::new("by", ColumnKind::Text),
        Column::new("at", ColumnKind::DateTime),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: None,
};

/// Position of `id` in [`DEALS`].
pub const ID: usize = 0;
/// Position of `client`.
pub const CLIENT: usize = 1;
/// Position of `statut`.
pub const STAGE: usize = 2;
/// Position of `montant_brut`.
pub const AMOUNT: usize = 3;
/// Position of `probabilite`.
pub const PROBABILITY: usize = 4;
/// Position of `valeur_ponderee`.
pub const WEIGHTED: usize = 5;
/// Position of `secteur`.
pub const SECTOR: usize = 6;
/// Position of `date_echeance`.
pub const DUE: usize = 7;
/// Position of `assignee`.
pub const ASSIGNEE: usize = 8;
/// Position of `notes`.
pub const NOTES: usize = 9;
/// Position of `created_at`.
pub const CREATED_AT: usize = 10;
/// Position of `updated_at`.
pub const UPDATED_AT: usize = 11;

/// Column positions of [`DEAL_SNOOZES`].
pub mod snooze_column {
    /// Position of `until`.
    pub const UNTIL: usize = 1;
    /// Position of `reason`.
    pub const REASON: usize = 2;
    /// Position of `by`.
    pub const BY: usize = 3;
    /// Position of `at`.
    pub const AT: usize = 4;
}
