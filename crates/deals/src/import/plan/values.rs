//! Field values of a deal and changes to them.

use std::{fmt, sync::Arc};

use domain::{
    money::Money,
    normalize::{collapse_spaces, normalize},
};
use jiff::civil::Date;

use crate::{
    deal::{Deal, stage::DealStage},
    import::mapping::field::ImportField,
};

/// Value of one field of a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DealFieldValue {
    /// No value.
    Empty,
    /// Client, sector, assignee or notes.
    Text(Arc<str>),
    /// Stage of the deal.
    Stage(DealStage),
    /// Gross amount, in cents.
    Amount(Money),
    /// Due date.
    Day(Date),
    /// Id of the deal.
    Id(u64),
}

impl DealFieldValue {
    /// Text as a deal stores it: names on one line, notes with normalised line breaks.
    pub fn of_text(field: ImportField, text: &str) -> Self {
        let text = match field {
            ImportField::Notes => text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned(),
            _ => collapse_spaces(text),
        };
        match text.is_empty() {
            true => Self::Empty,
            false => Self::Text(text.into()),
        }
    }

    /// Value of a field for comparison: whitespace in texts and fractions of a cent are normalised.
    pub fn of(deal: &Deal, field: ImportField) -> Self {
        match Self::exact(deal, field) {
            Self::Text(text) => Self::of_text(field, &text),
            Self::Amount(amount) => Self::Amount(amount.rounded()),
            other => other,
        }
    }

    /// Value of a field exactly as stored.
    pub fn exact(deal: &Deal, field: ImportField) -> Self {
        let text = |text: &Arc<str>| Self::Text(Arc::clone(text));
        match field {
            ImportField::Id => deal.id.map_or(Self::Empty, Self::Id),
            ImportField::Client => text(&deal.client),
            ImportField::Stage => Self::Stage(deal.stage),
            ImportField::Amount => Self::Amount(deal.amount),
            ImportField::Sector => deal.sector.as_ref().map_or(Self::Empty, text),
            ImportField::Due => deal.due.map_or(Self::Empty, Self::Day),
            ImportField::Assignee => deal.assignee.as_ref().map_or(Self::Empty, text),
            ImportField::Notes => text(&deal.notes),
        }
    }

    /// Normalised text for matching keys: case, accents and spacing of texts do not count.
    pub fn folded(&self) -> String {
        match self {
            Self::Text(text) => normalize(text),
            other => other.to_string(),
        }
    }

    fn text(&self) -> Option<Arc<str>> {
        match self {
            Self::Text(text) => Some(Arc::clone(text)),
            _ => None,
        }
    }
}

/// Machine-readable form: decimal point, ISO dates, empty string for [`DealFieldValue::Empty`].
impl fmt::Display for DealFieldValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Text(text) => formatter.write_str(text),
            Self::Stage(stage) => stage.fmt(formatter),
            Self::Amount(money) => money.fmt(formatter),
            Self::Day(day) => day.fmt(formatter),
            Self::Id(id) => id.fmt(formatter),
        }
    }
}

/// Change of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealFieldChange {
    /// Field that changes.
    pub field: ImportField,
    /// Old value.
    pub old: DealFieldValue,
    /// New value.
    pub new: DealFieldValue,
}

impl DealFieldChange {
    /// Applies the change to a deal in memory. Ignores the id, and mandatory fields whose new value is empty or of
    /// another type.
    pub fn apply(&self, deal: &mut Deal) {
        match (self.field, &self.new) {
            (ImportField::Client, DealFieldValue::Text(client)) => deal.client = Arc::clone(client),
            (ImportField::Stage, DealFieldValue::Stage(stage)) => deal.stage = *stage,
            (ImportField::Amount, DealFieldValue::Amount(amount)) => deal.amount = *amount,
            (ImportField::Sector, sector) => deal.sector = sector.text(),
            (ImportField::Due, DealFieldValue::Day(day)) => deal.due = Some(*day),
            (ImportField::Due, _) => deal.due = None,
            (ImportField::Assignee, assignee) => deal.assignee = assignee.text(),
            (ImportField::Notes, notes) => deal.notes = notes.text().unwrap_or_default(),
            (ImportField::Id | ImportField::Client | ImportField::Stage | ImportField::Amount, _) => {}
        }
    }
}

/// Deal to insert; the store assigns its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealDraft {
    /// Name of the customer.
    pub client: Arc<str>,
    /// Stage of the deal.
    pub stage: DealStage,
    /// Gross amount in cents, above 0.
    pub amount: Money,
    /// Line of business, if given.
    pub sector: Option<Arc<str>>,
    /// Due date, if given.
    pub due: Option<Date>,
    /// Sales person in charge, if given.
    pub assignee: Option<Arc<str>>,
    /// Remarks; may be empty.
    pub notes: Arc<str>,
}

impl DealDraft {
    /// Deal from the values of a line.
    ///
    /// # Errors
    /// The first mandatory field without a value.
    pub(crate) fn of(value: impl Fn(ImportField) -> DealFieldValue) -> Result<Self, ImportField> {
        let DealFieldValue::Text(client) = value(ImportField::Client) else {
            return Err(ImportField::Client);
        };
        let DealFieldValue::Stage(stage) = value(ImportField::Stage) else {
            return Err(ImportField::Stage);
        };
        let DealFieldValue::Amount(amount) = value(ImportField::Amount) else {
            return Err(ImportField::Amount);
        };
        let due = match value(ImportField::Due) {
            DealFieldValue::Day(day) => Some(day),
            _ => None,
        };
        Ok(Self {
            client,
            stage,
            amount,
            sector: value(ImportField::Sector).text(),
            due,
            assignee: value(ImportField::Assignee).text(),
            notes: value(ImportField::Notes).text().unwrap_or_default(),
        })
    }
}
