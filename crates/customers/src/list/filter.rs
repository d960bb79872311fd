//! Filter, sort order and pagination of the customer lists: parsed from the query string, written back to it, applied
//! to rows.

use std::{cmp::Reverse, collections::HashMap};

use customer_sources::amount::Currency;
use domain::{
    normalize::{collapse_spaces, normalize},
    search::{SearchIndex, SearchTerms},
};
use rust_decimal::Decimal;

use crate::{
    customer::{Customer, health_band, mrr_in, risk::value_at_risk},
    health::rules::HealthBand,
};

/// Query value for customers without an account manager.
pub const NO_MANAGER: &str = "(none)";
/// Query value for customers without a score.
pub const UNSCORED: &str = "unknown";

/// Filter of a customer list. Empty fields do not restrict it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerFilter {
    /// Minimum monthly revenue, in the reporting currency.
    pub min_mrr: Option<Decimal>,
    /// Maximum monthly revenue, in the reporting currency.
    pub max_mrr: Option<Decimal>,
    /// Health bands; a customer matches any of them.
    pub health: Vec<HealthFilter>,
    /// Account manager, compared without case and accents; [`NO_MANAGER`] matches customers without one.
    pub account_manager: String,
    /// Short name of a source that has a record of the customer.
    pub source: String,
    /// Search words that must all occur in name, company, email addresses or plan.
    pub text: String,
}

/// A health band, or no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthFilter {
    /// Scored in this band.
    In(HealthBand),
    /// Without a score.
    Unscored,
}

/// An invalid query field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// Name of the field.
    pub field: &'static str,
    /// What is wrong and what is expected.
    pub message: String,
}

fn filter_error(field: &'static str, message: String) -> FilterError {
    FilterError { field, message }
}

impl HealthFilter {
    /// Every choice, in display order.
    pub const ALL: [Self; 5] = [
        Self::In(HealthBand::Healthy),
        Self::In(HealthBand::AtRisk),
        Self::In(HealthBand::HighRisk),
        Self::In(HealthBand::Critical),
        Self::Unscored,
    ];

    /// Query value.
    pub fn word(self) -> &'static str {
        match self {
            Self::In(band) => band.word(),
            Self::Unscored => UNSCORED,
        }
    }

    /// Choice that matches a customer.
    pub fn of(customer: &Customer) -> Self {
        health_band(customer).map_or(Self::Unscored, Self::In)
    }
}

impl CustomerFilter {
    /// Parses a query string. Unknown fields are ignored.
    ///
    /// # Errors
    /// The first invalid field.
    pub fn parse(query: &str) -> Result<Self, FilterError> {
        let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let mut filter = Self::default();
        for (field, value) in &fields {
            let value = collapse_spaces(value);
            match field.as_str() {
                _ if value.is_empty() => {}
                "min_mrr" => filter.min_mrr = Some(parse_amount("min_mrr", &value)?),
                "max_mrr" => filter.max_mrr = Some(parse_amount("max_mrr", &value)?),
                "health_status" => filter.add_health(&value)?,
                "assigned_am" => filter.account_manager = value,
                "source" => filter.source = value.to_lowercase(),
                "q" => filter.text = value,
                _ => {}
            }
        }
        match (filter.min_mrr, filter.max_mrr) {
            (Some(least), Some(most)) if least > most => Err(filter_error(
                "min_mrr",
                format!("“min_mrr” ({least}) is more than “max_mrr” ({most}). Exchange the two, or leave one empty."),
            )),
            _ => Ok(filter),
        }
    }

    fn add_health(&mut self, value: &str) -> Result<(), FilterError> {
        for word in value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let choice = match HealthBand::parse(word) {
                Some(band) => HealthFilter::In(band),
                None if word.eq_ignore_ascii_case(UNSCORED) => HealthFilter::Unscored,
                None => {
                    let words = HealthFilter::ALL.map(HealthFilter::word).join(", ");
                    let message = format!("“{word}” is no health status. Use one of {words}.");
                    return Err(filter_error("health_status", message));
                }
            };
            if !self.health.contains(&choice) {
                self.health.push(choice);
            }
        }
        Ok(())
    }

    /// Whether the filter matches every customer.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Query fields of this filter.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let number = |number: Option<Decimal>| number.map(|number| number.normalize().to_string()).unwrap_or_default();
        let mut pairs = vec![
            ("q", self.text.clone()),
            ("min_mrr", number(self.min_mrr)),
            ("max_mrr", number(self.max_mrr)),
        ];
        pairs.extend(
            self.health
                .iter()
                .map(|choice| ("health_status", choice.word().to_owned())),
        );
        pairs.push(("assigned_am", self.account_manager.clone()));
        pairs.push(("source", self.source.clone()));
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    /// Prepares the filter for many customers. `texts` is called only when there are search words.
    pub fn prepare<'a>(&'a self, currency: Currency, texts: impl FnOnce() -> &'a SearchIndex) -> PreparedFilter<'a> {
        let words = SearchTerms::of(&self.text);
        PreparedFilter {
            filter: self,
            currency,
            texts: (!words.is_empty()).then(texts),
            words,
            manager: normalize(&self.account_manager),
            managers: HashMap::new(),
        }
    }
}

/// A prepared filter: its own texts are folded once for all customers.
pub struct PreparedFilter<'a> {
    filter: &'a CustomerFilter,
    currency: Currency,
    /// `None` without search words.
    texts: Option<&'a SearchIndex>,
    words: SearchTerms,
    manager: String,
    /// Whether each account manager matches; thousands of customers share a few.
    managers: HashMap<&'a str, bool>,
}

impl<'a> PreparedFilter<'a> {
    /// Whether the customer at `index` of the search texts matches.
    pub fn matches(&mut self, index: u32, customer: &'a Customer) -> bool {
        let filter = self.filter;
        let is_found = self
            .texts
            .is_none_or(|texts| texts.contains(index as usize, &self.words));
        is_found
            && self.is_within(customer)
            && (filter.health.is_empty() || filter.health.contains(&HealthFilter::of(customer)))
            && self.has_account_manager(customer)
            && (filter.source.is_empty()
                || customer
                    .sources
                    .iter()
                    .any(|linked_source| linked_source.source == filter.source))
    }

    fn is_within(&self, customer: &Customer) -> bool {
        let (least, most) = (self.filter.min_mrr, self.filter.max_mrr);
        if least.is_none() && most.is_none() {
            return true;
        }
        let Some(mrr) = mrr_in(customer, self.currency) else {
            return false;
        };
        least.is_none_or(|least| mrr >= least) && most.is_none_or(|most| mrr <= most)
    }

    fn has_account_manager(&mut self, customer: &'a Customer) -> bool {
        if self.filter.account_manager.is_empty() {
            return true;
        }
        match customer.profile.account_manager.as_deref() {
            None => self.filter.account_manager == NO_MANAGER,
            Some(name) => *self
                .managers
                .entry(name)
                .or_insert_with(|| normalize(name) == self.manager),
        }
    }
}

fn parse_amount(field: &'static str, value: &str) -> Result<Decimal, FilterError> {
    let plain = value.replace([' ', '\u{A0}', '\u{202F}'], "").replace(',', ".");
    let number: Option<Decimal> = plain.parse().ok();
    number
        .filter(|number| *number >= Decimal::ZERO && *number < Decimal::from(1_000_000_000_000_i64))
        .ok_or_else(|| {
            filter_error(
                field,
                format!("“{value}” in “{field}” is no amount. Write a number, such as 250."),
            )
        })
}

/// Sort key of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// Display name: name, otherwise company, otherwise email address.
    Name,
    /// Monthly revenue; other currencies and unknown amounts last.
    Mrr,
    /// Health score; unknown last.
    Score,
    /// Last activity; never seen last.
    LastSeen,
    /// Value at risk.
    Risk,
}

/// Sort order: key and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortOrder {
    /// Sort key.
    pub key: SortKey,
    /// Whether the greatest value comes first.
    pub descending: bool,
}

impl SortKey {
    /// Every key.
    pub const ALL: [Self; 5] = [Self::Name, Self::Mrr, Self::Score, Self::LastSeen, Self::Risk];

    /// Query value.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Mrr => "mrr",
            Self::Score => "health_score",
            Self::LastSeen => "last_seen",
            Self::Risk => "risk",
        }
    }
}

impl SortOrder {
    /// Parses the `sort` field: a key, with a leading hyphen for descending order.
    ///
    /// # Errors
    /// When the key is unknown.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let text = text.trim();
        let (word, descending) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
        let key = SortKey::ALL.into_iter().find(|key| key.word() == word);
        key.map(|key| Self { key, descending }).ok_or_else(|| {
            let words = SortKey::ALL.map(SortKey::word).join(", ");
            let shown: String = text.chars().take(40).collect();
            filter_error("sort", format!("“{shown}” in “sort” is not known. Use one of {words}, with a hyphen before it for the greatest first."))
        })
    }

    /// Value of the `sort` field.
    pub fn value(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.key.word())
    }

    /// Sorts customers, each with its index, that are already in name order; the sort is stable, and unknown values
    /// come last.
    pub fn sort(self, customers: &mut [(u32, &Customer)], currency: Currency) {
        match self.key {
            SortKey::Name if self.descending => customers.reverse(),
            SortKey::Name => {}
            SortKey::Mrr => self.by(customers, |customer| mrr_in(customer, currency)),
            SortKey::Score => self.by(customers, |customer| customer.health.score),
            SortKey::LastSeen => self.by(customers, |customer| customer.profile.last_seen_at),
            SortKey::Risk => self.by(customers, |customer| value_at_risk(customer, currency)),
        }
    }

    fn by<Value: Ord>(self, customers: &mut [(u32, &Customer)], value: impl Fn(&Customer) -> Option<Value>) {
        let mut keyed: Vec<(Option<Value>, (u32, &Customer))> =
            customers.iter().map(|placed| (value(placed.1), *placed)).collect();
        keyed.sort_by(|(left, _), (right, _)| match (left, right) {
            (Some(left), Some(right)) if self.descending => right.cmp(left),
            (Some(left), Some(right)) => left.cmp(right),
            (left, right) => Reverse(left.is_some()).cmp(&Reverse(right.is_some())),
        });
        for (to, (_, placed)) in customers.iter_mut().zip(keyed) {
            *to = placed;
        }
    }
}

/// Pagination of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pagination {
    /// Page number, from 1 to `pages`.
    pub page: usize,
    /// Number of pages, at least one.
    pub pages: usize,
}

/// Customers per page.
pub const PAGE_SIZE: usize = 100;

impl Pagination {
    /// Page `requested` of a list of `total` items, clamped to the existing pages.
    pub fn of(total: usize, requested: usize) -> Self {
        let pages = total.div_ceil(PAGE_SIZE).max(1);
        Self {
            page: requested.clamp(1, pages),
            pages,
        }
    }

    /// Items of the page.
    pub fn part<T>(self, list: &[T]) -> &[T] {
        let from = (self.page - 1) * PAGE_SIZE;
        &list[from.min(list.len())..(from + PAGE_SIZE).min(list.len())]
    }
}
