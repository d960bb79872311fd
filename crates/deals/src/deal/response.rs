//! JSON of one deal, with the fields named as the columns of the sheet.

use std::sync::Arc;

use domain::money::Money;
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    deal::{Deal, rows::DealRows, stage::DealStage},
    text::ratio::two_decimals,
};

/// A deal with all its fields, named as the columns of the sheet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DealResponse {
    /// Numeric id; `None` until the row has one.
    pub id: Option<u64>,
    /// Client name.
    pub client: Arc<str>,
    /// Stage.
    pub statut: DealStage,
    /// Gross amount.
    pub montant_brut: Money,
    /// Probability as a ratio between 0 and 1, as in the cell.
    #[serde(serialize_with = "share_of_one")]
    #[schemars(with = "f64")]
    pub probabilite: Decimal,
    /// Amount times probability.
    pub valeur_ponderee: Money,
    /// Sector; `None` when the cell is empty.
    pub secteur: Option<Arc<str>>,
    /// Due date.
    pub date_echeance: Option<Date>,
    /// Assignee.
    pub assignee: Option<Arc<str>>,
    /// Notes; may be empty.
    pub notes: Arc<str>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
    /// Time of the last change.
    pub updated_at: Option<Timestamp>,
    /// Row number in the spreadsheet.
    pub row: u32,
    /// Link to its cells in the spreadsheet.
    pub link: String,
}

fn share_of_one<S: serde::Serializer>(share: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    two_decimals(*share, serializer)
}

impl DealResponse {
    /// Response for one deal of `rows`.
    pub fn of(deal: &Deal, rows: &DealRows) -> Self {
        Self {
            id: deal.id,
            client: Arc::clone(&deal.client),
            statut: deal.stage,
            montant_brut: deal.amount,
            probabilite: deal.stage.probability(),
            valeur_ponderee: deal.weighted(),
            secteur: deal.sector.clone(),
            date_echeance: deal.due,
            assignee: deal.assignee.clone(),
            notes: Arc::clone(&deal.notes),
            created_at: deal.created_at,
            updated_at: deal.updated_at,
            row: deal.row,
            link: rows.link.row(deal.row),
        }
    }
}

/// Response to a write that is in the sheet but could not be read back from it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RecordedDealResponse {
    /// Id of the deal.
    pub(crate) id: u64,
}

/// Response to a deletion.
#[derive(Serialize, JsonSchema)]
pub(crate) struct DeletedDealResponse {
    /// Id of the deleted deal.
    pub(crate) deleted: u64,
}
