//! Field values of a deal and changes to them.

use std::{fmt, sync::Arc};

use domain::{
    money::Money,
    normalize::{collapse_spaces, normalize},
};
use jiff::civil::Date;

use crate::{
    deal::{Deal, stage::Stage},
    import::mapping::field::Field,
};

/// Value of one field of a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DealFieldValue {
    /// No value.
    Empty,
    /// Client, sector, assignee or notes.
    Text(Arc<str>),
    /// Stage of the deal.
    Stage(Stage),
    /// Gross amount, in cents.
    Amount(Money),
    /// Due date.
    Day(Date),
    /// Id of the deal.
    Id(u64),
}

impl DealFieldValue {
    /// Text as a deal stores it: names on one line, notes with normalised line breaks.
    pub fn of_text(field: Field, text: &str) -> Self {
        let text = match field {
            Field::Notes => text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned(),
            _ => collapse_spaces(text),
        };
        match text.is_empty() {
            true => Self::Empty,
            false => Self::Text(text.into()),
        }
    }

    /// Value of a field for comparison: whitespace in texts and fractions of a cent are normalised.
    pub fn of(deal: &Deal, field: Field) -> Self {
        match Self::exact(deal, field) {
            Self::Text(text) => Self::of_text(field, &text),
            Self::Amount(amount) => Self::Amount(amount.rounded()),
            other => other,
        }
    }

    /// Value of a field exactly as stored.
    pub fn exact(deal: &Deal, field: Field) -> Self {
        let text = |text: &Arc<str>| Self::Text(Arc::clone(text));
        match field {
            Field::Id => deal.id.map_or(Self::Empty, Self::Id),
            Field::Client => text(&deal.client),
            Field::Stage => Self::Stage(deal.stage),
            Field::Amount => Self::Amount(deal.amount),
            Field::Sector => deal.sector.as_ref().map_or(Self::Empty, text),
            Field::Due => deal.due.map_or(Self::Empty, Self::Day),
            Field::Assignee => deal.assignee.as_ref().map_or(Self::Empty, text),
            Field::Notes => text(&deal.notes),
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
    pub field: Field,
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
            (Field::Client, DealFieldValue::Text(client)) => deal.client = Arc::clone(client),
            (Field::Stage, DealFieldValue::Stage(stage)) => deal.stage = *stage,
            (Field::Amount, DealFieldValue::Amount(amount)) => deal.amount = *amount,
            (Field::Sector, sector) => deal.sector = sector.text(),
            (Field::Due, DealFieldValue::Day(day)) => deal.due = Some(*day),
            (Field::Due, _) => deal.due = None,
            (Field::Assignee, assignee) => deal.assignee = assignee.text(),
            (Field::Notes, notes) => deal.notes = notes.text().unwrap_or_default(),
            (Field::Id | Field::Client | Field::Stage | Field::Amount, _) => {}
        }
    }
}

/// Deal to insert; the store assigns its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealDraft {
    /// Name of the customer.
    pub client: Arc<str>,
    /// Stage of the deal.
    pub stage: Stage,
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
    pub(crate) fn of(value: impl Fn(Field) -> DealFieldValue) -> Result<Self, Field> {
        let DealFieldValue::Text(client) = value(Field::Client) else {
            return Err(Field::Client);
        };
        let DealFieldValue::Stage(stage) = value(Field::Stage) else {
            return Err(Field::Stage);
        };
        let DealFieldValue::Amount(amount) = value(Field::Amount) else {
            return Err(Field::Amount);
        };
        let due = match value(Field::Due) {
            DealFieldValue::Day(day) => Some(day),
            _ => None,
        };
        Ok(Self {
            client,
            stage,
            amount,
            sector: value(Field::Sector).text(),
            due,
            assignee: value(Field::Assignee).text(),
            notes: value(Field::Notes).text().unwrap_or_default(),
        })
    }
}
