//! Filter of deals: parsed from a query string, written back into it, applied to the rows.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    language::{Language, sort_key},
    normalize::collapse_spaces,
    period::{Period, PeriodError, YEARS},
    search::{SearchIndex, SearchTerms},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::deal::{
    Deal,
    grouping::{GroupBy, GroupIndex, GroupName, group_key},
    stage::{DealStage, LostStage},
};

/// Query value for “Non renseigné”; a blank field restricts nothing.
pub const NOT_GIVEN_VALUE: &str = "(none)";

/// Filter of deals. Empty fields restrict nothing; within one field any of the choices matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DealFilter {
    /// Stages.
    pub statuses: BTreeSet<DealStage>,
    /// Sectors, in any spelling.
    pub sectors: Vec<FilterChoice>,
    /// Assignees, in any spelling.
    pub assignees: Vec<FilterChoice>,
    /// Range of due dates.
    pub due: Period,
    /// Words that must all occur in the text columns, as typed.
    pub text: String,
}

/// One filter choice, with the filter that remains when it is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterChip {
    /// Query field.
    pub field: &'static str,
    /// Query value; [`NOT_GIVEN_VALUE`] is “Non renseigné”.
    pub value: String,
    /// Filter without this choice.
    pub left: DealFilter,
}

impl FilterChip {
    fn new(field: &'static str, value: &str, left: DealFilter) -> Self {
        let value = value.to_owned();
        Self { field, value, left }
    }
}

/// A chosen sector or assignee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterChoice {
    /// Name as written; `None` is “Non renseigné”.
    pub name: Option<String>,
    key: Option<String>,
}

impl FilterChoice {
    /// Parses a query value; `None` for a blank one.
    fn parse(value: &str) -> Option<Self> {
        let key = group_key(value)?;
        let is_named = key != NOT_GIVEN_VALUE;
        Some(Self {
            name: is_named.then(|| collapse_spaces(value)),
            key: is_named.then_some(key),
        })
    }

    fn as_value(&self) -> &str {
        self.name.as_deref().unwrap_or(NOT_GIVEN_VALUE)
    }
}

/// Reason why a query is not a valid filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DealFilterError {
    /// Unknown stage.
    #[error("“{0}” is no status")]
    UnknownStatus(String),
    /// Unreadable date.
    #[error(transparent)]
    Period(#[from] PeriodError),
}

impl DealFilterError {
    /// Query field in error.
    pub fn field(&self) -> &'static str {
        match self {
            Self::UnknownStatus(_) => "status",
            Self::Period(error) => error.field(),
        }
    }

    /// Message with the accepted values, depending on whether the stage Lost is offered.
    pub fn message(&self, language: Language, lost_stage: LostStage) -> String {
        let stages = lost_stage.stages(None);
        let stages = stages.iter().map(|stage| stage.as_str()).collect::<Vec<_>>().join(", ");
        match (language, self) {
            (Language::French, Self::UnknownStatus(word)) => {
                format!("« {word} » n’est pas un statut. Les statuts sont : {stages}.")
            }
            (Language::English, Self::UnknownStatus(word)) => {
                format!("“{word}” is no status. The statuses are {stages}.")
            }
            (Language::French, Self::Period(PeriodError::NotADay { field, value })) => format!(
                "« {value} » dans « {field} » n’est pas une date. Écrivez année-mois-jour, par exemple 2026-03-01, ou laissez vide."
            ),
            (Language::French, Self::Period(PeriodError::OutOfRange { field, day })) => format!(
                "« {day} » dans « {field} » est hors limites. Écrivez un jour de {} à {}.",
                YEARS.start(),
                YEARS.end()
            ),
            (Language::French, Self::Period(PeriodError::Reversed { from, to })) => format!(
                "« from » ({}) est après « to » ({}). Échangez les deux dates, ou laissez-en une vide.",
                language.date(*from),
                language.date(*to)
            ),
            (Language::English, Self::Period(error)) => error.to_string(),
        }
    }
}

impl DealFilter {
    /// Parses a query string: `status`, `sector`, `assignee` (repeatable), `from`, `to` and `q`; the French column
    /// names are accepted too. Unknown fields are ignored.
    ///
    /// # Errors
    /// [`DealFilterError`] with the field in error.
    pub fn parse(query: &str) -> Result<Self, DealFilterError> {
        let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let mut filter = Self::default();
        let (mut from, mut to) = (None, None);
        for (field, value) in &fields {
            match field.as_str() {
                "status" | "statut" => filter.add_statuses(value)?,
                "sector" | "secteur" => add_choice(&mut filter.sectors, value),
                "assignee" => add_choice(&mut filter.assignees, value),
                "from" => from = Some(value.as_str()),
                "to" => to = Some(value.as_str()),
                "q" => filter.text = collapse_spaces(value),
                _ => {}
            }
        }
        filter.due = Period::parse(from, to)?;
        Ok(filter)
    }

    fn add_statuses(&mut self, value: &str) -> Result<(), DealFilterError> {
        for word in value.split(',').map(collapse_spaces).filter(|word| !word.is_empty()) {
            let stage = DealStage::parse(&word).ok_or(DealFilterError::UnknownStatus(word))?;
            self.statuses.insert(stage);
        }
        Ok(())
    }

    /// Query string that [`DealFilter::parse`] parses to this filter; empty without restrictions.
    pub fn to_query(&self) -> String {
        let mut fields: Vec<(&str, String)> = Vec::new();
        fields.extend(self.statuses.iter().map(|stage| ("status", stage.to_string())));
        fields.extend(
            self.sectors
                .iter()
                .map(|choice| ("sector", choice.as_value().to_owned())),
        );
        fields.extend(
            self.assignees
                .iter()
                .map(|choice| ("assignee", choice.as_value().to_owned())),
        );
        fields.extend(self.due.from.map(|day| ("from", day.to_string())));
        fields.extend(self.due.to.map(|day| ("to", day.to_string())));
        fields.extend((!self.text.is_empty()).then(|| ("q", self.text.clone())));
        serde_urlencoded::to_string(fields).unwrap_or_default()
    }

    /// The choices one by one, each with the filter that remains when it is removed.
    pub fn chips(&self) -> Vec<FilterChip> {
        let mut chips = Vec::new();
        for stage in &self.statuses {
            let mut left = self.clone();
            left.statuses.remove(stage);
            chips.push(FilterChip::new("status", stage.as_str(), left));
        }
        for (place, choice) in self.sectors.iter().enumerate() {
            let mut left = self.clone();
            left.sectors.remove(place);
            chips.push(FilterChip::new("sector", choice.as_value(), left));
        }
        for (place, choice) in self.assignees.iter().enumerate() {
            let mut left = self.clone();
            left.assignees.remove(place);
            chips.push(FilterChip::new("assignee", choice.as_value(), left));
        }
        for (field, day) in [("from", self.due.from), ("to", self.due.to)] {
            let Some(day) = day else { continue };
            let mut left = self.clone();
            match field {
                "from" => left.due.from = None,
                _ => left.due.to = None,
            }
            chips.push(FilterChip::new(field, &day.to_string(), left));
        }
        if !self.text.is_empty() {
            let mut left = self.clone();
            left.text.clear();
            chips.push(FilterChip::new("q", &self.text, left));
        }
        chips
    }

    /// Copy with only this sector; `None` is “Non renseigné”.
    #[must_use]
    pub fn of_sector(mut self, sector: Option<&str>) -> Self {
        self.sectors = FilterChoice::parse(sector.unwrap_or(NOT_GIVEN_VALUE))
            .into_iter()
            .collect();
        self
    }

    /// Copy with only this assignee; `None` is “Non renseigné”.
    #[must_use]
    pub fn of_assignee(mut self, assignee: Option<&str>) -> Self {
        self.assignees = FilterChoice::parse(assignee.unwrap_or(NOT_GIVEN_VALUE))
            .into_iter()
            .collect();
        self
    }

    /// Copy restricted to open stages; all of them when the filter names closed stages only.
    #[must_use]
    pub fn open(mut self) -> Self {
        let is_named = |stage: &DealStage| self.statuses.is_empty() || self.statuses.contains(stage);
        let open: BTreeSet<DealStage> = DealStage::ALL.into_iter().filter(|stage| stage.is_open()).collect();
        let named: BTreeSet<DealStage> = open.iter().copied().filter(is_named).collect();
        self.statuses = if named.is_empty() { open } else { named };
        self
    }

    /// Whether every deal matches.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Applies the filter. `texts` is called only when there are words to search.
    pub fn select<'a>(&self, deals: &[Deal], texts: impl FnOnce() -> &'a SearchIndex) -> FilteredDeals {
        let words = SearchTerms::of(&self.text);
        let texts = (!words.is_empty()).then(texts);
        let mut counting = FacetCounter::new(self);
        for (place, deal) in deals.iter().enumerate() {
            if texts.is_none_or(|texts| texts.contains(place, &words)) {
                counting.count(place, deal);
            } else {
                counting.offer(deal);
            }
        }
        counting.into_selection()
    }
}

pub(crate) fn add_choice(choices: &mut Vec<FilterChoice>, value: &str) {
    let choice = FilterChoice::parse(value).filter(|choice| !choices.iter().any(|known| known.key == choice.key));
    choices.extend(choice);
}

/// Deals that match a filter, with the counts of its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilteredDeals {
    /// Indices of the deals, in their order.
    pub places: Vec<usize>,
    /// Number of deals per option, under all other fields.
    pub facets: DealFacets,
    /// Deals hidden by the date filter because they have no due date: “3 affaires sans échéance masquées”.
    pub hidden_undated: usize,
}

impl FilteredDeals {
    /// The matching deals.
    pub fn deals<'a>(&self, deals: &'a [Deal]) -> Vec<&'a Deal> {
        self.places.iter().map(|place| &deals[*place]).collect()
    }
}

/// Options of each field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DealFacets {
    /// Every stage with the number of deals it would match, in pipeline order.
    pub statuses: Vec<(DealStage, usize)>,
    /// Sectors in alphabetical order; “Non renseigné” is last.
    pub sectors: Vec<FacetOption>,
    /// Assignees in alphabetical order; “Non renseigné” is last.
    pub assignees: Vec<FacetOption>,
}

/// One option of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FacetOption {
    /// First spelling in the sheet; `None` is “Non renseigné”.
    pub name: Option<Arc<str>>,
    /// Deals that match all other fields.
    pub count: usize,
    /// Whether the filter names it.
    pub is_chosen: bool,
}

/// Which of the three choice fields a deal matches.
struct FieldMatches {
    status: bool,
    sector: bool,
    assignee: bool,
}

/// One pass over the deals.
struct FacetCounter<'a> {
    filter: &'a DealFilter,
    places: Vec<usize>,
    statuses: [usize; DealStage::ALL.len()],
    sectors: FacetCount<'a>,
    assignees: FacetCount<'a>,
    hidden_undated: usize,
}

impl<'a> FacetCounter<'a> {
    fn new(filter: &'a DealFilter) -> Self {
        Self {
            filter,
            places: Vec::new(),
            statuses: [0; DealStage::ALL.len()],
            sectors: FacetCount::new(&filter.sectors, GroupBy::Sector),
            assignees: FacetCount::new(&filter.assignees, GroupBy::Assignee),
            hidden_undated: 0,
        }
    }

    /// Registers the options of a deal, also of one that other fields exclude.
    fn offer(&mut self, deal: &'a Deal) {
        self.sectors.place(deal);
        self.assignees.place(deal);
    }

    fn count(&mut self, place: usize, deal: &'a Deal) {
        let (sector, assignee) = (self.sectors.place(deal), self.assignees.place(deal));
        let leaves_out = FieldMatches {
            status: !self.filter.statuses.is_empty() && !self.filter.statuses.contains(&deal.stage),
            sector: !self.sectors.lets_through(sector),
            assignee: !self.assignees.lets_through(assignee),
        };
        let is_let_through = !leaves_out.status && !leaves_out.sector && !leaves_out.assignee;
        let is_due_then = self.filter.due.is_open() || deal.due.is_some_and(|due| self.filter.due.contains(due));
        if !is_due_then {
            self.hidden_undated += usize::from(is_let_through && deal.due.is_none());
            return;
        }
        if is_let_through {
            self.places.push(place);
        }
        self.statuses[deal.stage as usize] += usize::from(!leaves_out.sector && !leaves_out.assignee);
        self.sectors.counts[sector] += usize::from(!leaves_out.status && !leaves_out.assignee);
        self.assignees.counts[assignee] += usize::from(!leaves_out.status && !leaves_out.sector);
    }

    fn into_selection(self) -> FilteredDeals {
        FilteredDeals {
            places: self.places,
            facets: DealFacets {
                statuses: DealStage::ALL
                    .map(|stage| (stage, self.statuses[stage as usize]))
                    .to_vec(),
                sectors: self.sectors.into_options(),
                assignees: self.assignees.into_options(),
            },
            hidden_undated: self.hidden_undated,
        }
    }
}

/// Options of one field, with their counts.
struct FacetCount<'a> {
    chosen: &'a [FilterChoice],
    property: GroupBy,
    grouping: GroupIndex<'a>,
    counts: Vec<usize>,
    is_chosen: Vec<bool>,
}

impl<'a> FacetCount<'a> {
    fn new(chosen: &'a [FilterChoice], property: GroupBy) -> Self {
        Self {
            chosen,
            property,
            grouping: GroupIndex::default(),
            counts: Vec::new(),
            is_chosen: Vec::new(),
        }
    }

    fn place(&mut self, deal: &'a Deal) -> usize {
        let name = self.property.of(deal);
        let place = self.grouping.place(name);
        if place == self.counts.len() {
            let key = name.and_then(|name| group_key(name));
            self.counts.push(0);
            self.is_chosen.push(self.chosen.iter().any(|choice| choice.key == key));
        }
        place
    }

    fn lets_through(&self, place: usize) -> bool {
        self.chosen.is_empty() || self.is_chosen[place]
    }

    fn into_options(self) -> Vec<FacetOption> {
        let names = self.grouping.into_names();
        let is_known = |choice: &&FilterChoice| !names.iter().any(|name| name.key == choice.key);
        let missing: Vec<FacetOption> = self.chosen.iter().filter(is_known).map(empty_option).collect();
        let known = names.into_iter().zip(self.counts).zip(self.is_chosen);
        let known = known.map(|((GroupName { name, .. }, count), is_chosen)| FacetOption { name, count, is_chosen });
        let mut options: Vec<FacetOption> = known.chain(missing).collect();
        options.sort_by_cached_key(|option| {
            (
                option.name.is_none(),
                sort_key(option.name.as_deref().unwrap_or_default()),
            )
        });
        options
    }
}

/// A chosen option that no deal has; it is listed so that it can be removed.
fn empty_option(choice: &FilterChoice) -> FacetOption {
    FacetOption {
        name: choice.name.as_deref().map(Arc::from),
        count: 0,
        is_chosen: true,
    }
}
