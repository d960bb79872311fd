//! Values of a deal's fields, and what becomes of them.

use std::{fmt, sync::Arc};

use jiff::civil::Date;

use super::field::Field;
use crate::{
    deals::{deal::Deal, stage::Stage},
    money::Money,
    spelling::{fold, tidy},
};

/// What one field of a deal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Empty,
    /// Client, sector, assignee or notes.
    Text(Arc<str>),
    /// Where it stands.
    Stage(Stage),
    /// Gross amount, in cents.
    Amount(Money),
    /// The day on which it is due.
    Day(Date),
    /// Number of the deal.
    Id(u64),
}

impl Value {
    /// Text as a deal keeps it: a name on one line, notes with their lines.
    pub fn of_text(field: Field, text: &str) -> Self {
        let text = match field {
            Field::Notes => text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned(),
            _ => tidy(text),
        };
        match text.is_empty() {
            true => Self::Empty,
            false => Self::Text(text.into()),
        }
    }

    /// The field of a deal for comparison: a space too many in a text and a fraction of a cent are no difference.
    pub fn of(deal: &Deal, field: Field) -> Self {
        match Self::exact(deal, field) {
            Self::Text(text) => Self::of_text(field, &text),
            Self::Amount(amount) => Self::Amount(amount.rounded()),
            other => other,
        }
    }

    /// The field of a deal to the last space.
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

    /// For comparison within a key: spelling of names does not matter.
    pub fn folded(&self) -> String {
        match self {
            Self::Text(text) => fold(text),
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

/// For programs: a point before cents, ISO days, nothing for nothing.
impl fmt::Display for Value {
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

/// One field that gets another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which field.
    pub field: Field,
    /// What it holds before.
    pub old: Value,
    /// What it holds after.
    pub new: Value,
}

impl Change {
    /// Carries the change out on a deal in memory. The id and a mandatory field without value stay as they are.
    pub fn apply(&self, deal: &mut Deal) {
        match (self.field, &self.new) {
            (Field::Client, Value::Text(client)) => deal.client = Arc::clone(client),
            (Field::Stage, Value::Stage(stage)) => deal.stage = *stage,
            (Field::Amount, Value::Amount(amount)) => deal.amount = *amount,
            (Field::Sector, sector) => deal.sector = sector.text(),
            (Field::Due, Value::Day(day)) => deal.due = Some(*day),
            (Field::Due, _) => deal.due = None,
            (Field::Assignee, assignee) => deal.assignee = assignee.text(),
            (Field::Notes, notes) => deal.notes = notes.text().unwrap_or_default(),
            (Field::Id | Field::Client | Field::Stage | Field::Amount, _) => {}
        }
    }
}

/// A deal that is not in the tab yet; the committer gives it an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The customer's name.
    pub client: Arc<str>,
    /// Where it stands.
    pub stage: Stage,
    /// Gross amount, more than nothing, in cents.
    pub amount: Money,
    /// Line of business, if given.
    pub sector: Option<Arc<str>>,
    /// The day on which it is due, if given.
    pub due: Option<Date>,
    /// Who works on it, if given.
    pub assignee: Option<Arc<str>>,
    /// Remarks; may be empty.
    pub notes: Arc<str>,
}

impl Draft {
    /// A new deal from the values of a line; `Err` names the first mandatory field that has none.
    pub(super) fn of(value: impl Fn(Field) -> Value) -> Result<Self, Field> {
        let Value::Text(client) = value(Field::Client) else {
            return Err(Field::Client);
        };
        let Value::Stage(stage) = value(Field::Stage) else {
            return Err(Field::Stage);
        };
        let Value::Amount(amount) = value(Field::Amount) else {
            return Err(Field::Amount);
        };
        let due = match value(Field::Due) {
            Value::Day(day) => Some(day),
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
