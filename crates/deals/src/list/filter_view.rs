//! Filter panel of the dashboard and the list: form, chips and number of deals.

use domain::language::{Language, Noun};
use maud::{Markup, html};
use web::page::field::date_field;

use crate::{
    deal::stage::DealStage,
    list::{
        filter::{DealFacets, DealFilter, FacetOption, FilterChip, NOT_GIVEN_VALUE},
        listing::DealQuery,
        segment::DealSegment,
    },
    routes::{LIST, board_address, list_address, query_address},
    text::labels::{name_label, segment_label, stage_label},
};

/// Maximum number of options per field. More make the page heavy without helping; the search field finds the others.
const MAX_OPTIONS: usize = 200;

/// Filter panel.
pub struct DealFilterPanel<'a> {
    /// Current query.
    pub query: &'a DealQuery,
    /// Options of each field.
    pub facets: &'a DealFacets,
    /// Number of matching deals.
    pub shown: usize,
    /// Number of deals hidden by the date filter because they have no due date.
    pub hidden_undated: usize,
    /// Path of the filtered page: dashboard or list.
    pub path: &'a str,
    /// Language of the page.
    pub language: Language,
}

/// One option with its number of deals.
struct FacetChoice<'a> {
    value: &'a str,
    label: &'a str,
    count: usize,
    is_chosen: bool,
}

impl DealFilterPanel<'_> {
    /// Form, chips and number of deals.
    pub fn markup(&self) -> Markup {
        html! {
            div .filters {
                (self.form())
                div data-filtered="chips" { (self.chips()) (self.count()) }
            }
        }
    }

    fn filter(&self) -> &DealFilter {
        &self.query.filter
    }

    fn form(&self) -> Markup {
        let language = self.language;
        html! {
            details .drawer {
                summary { (language.choose("Filtres", "Filters")) @if !self.filter().is_empty() { " " span .count { (self.filter().chips().len()) } } }
                form .deal-filter method="get" action=(self.path) role="search" aria-label=(language.choose("Filtrer les affaires", "Filter the deals")) {
                    div .field {
                        label for="q" { (language.choose("Rechercher", "Search")) }
                        input type="search" id="q" name="q" value=(self.filter().text) autocomplete="off"
                            placeholder=(language.choose("Client, notes…", "Client, notes…"));
                    }
                    (self.facet("status", language.choose("Statut", "Status"), &self.statuses()))
                    (self.facet("sector", language.choose("Secteur", "Sector"), &self.options(&self.facets.sectors)))
                    (self.facet("assignee", language.choose("Commercial", "Assignee"), &self.options(&self.facets.assignees)))
                    (date_field("from", language.choose("Échéance du", "Due from"), self.filter().due.from))
                    (date_field("to", language.choose("au", "to"), self.filter().due.to))
                    @if let Some(subset) = self.query.subset { input type="hidden" name="show" value=(subset.as_str()); }
                    @if let Some(order) = self.query.order { input type="hidden" name="sort" value=(order.to_value()); }
                    button .quiet type="submit" { (language.choose("Filtrer", "Filter")) }
                }
            }
        }
    }

    fn statuses(&self) -> Vec<FacetChoice<'_>> {
        // A stage without deals is left out where deals cannot be lost.
        let is_shown = |(stage, count): &&(DealStage, usize)| {
            *stage != DealStage::Lost || *count > 0 || self.filter().statuses.contains(stage)
        };
        let choices = self
            .facets
            .statuses
            .iter()
            .filter(is_shown)
            .map(|(stage, count)| FacetChoice {
                value: stage.as_str(),
                label: stage_label(*stage, self.language),
                count: *count,
                is_chosen: self.filter().statuses.contains(stage),
            });
        choices.collect()
    }

    fn options<'a>(&self, options: &'a [FacetOption]) -> Vec<FacetChoice<'a>> {
        let language = self.language;
        let choices = options.iter().map(|option| FacetChoice {
            value: option.name.as_deref().unwrap_or(NOT_GIVEN_VALUE),
            label: match option.name.as_deref() {
                Some(name) => name,
                None => language.choose("Non renseigné", "Not given"),
            },
            count: option.count,
            is_chosen: option.is_chosen,
        });
        choices.collect()
    }

    fn facet(&self, field: &str, label: &str, choices: &[FacetChoice<'_>]) -> Markup {
        let chosen = choices.iter().filter(|choice| choice.is_chosen).count();
        let offered = choices
            .iter()
            .enumerate()
            .filter(|(place, choice)| *place < MAX_OPTIONS || choice.is_chosen);
        html! {
            details .facet name="facet" {
                summary { (label) @if chosen > 0 { " " span .count { (chosen) } } }
                fieldset {
                    legend .unseen { (label) }
                    @for (_, choice) in offered {
                        label {
                            input type="checkbox" name=(field) value=(choice.value) checked[choice.is_chosen];
                            span { bdi { (choice.label) } }
                            span .number { (self.language.whole(choice.count as u64)) }
                        }
                    }
                    @if choices.len() > MAX_OPTIONS {
                        p .hint {
                            (self.language.choose("Les autres se trouvent par la recherche.", "Search for the others."))
                        }
                    }
                    @if choices.is_empty() { p .hint { "–" } }
                }
            }
        }
    }

    fn chips(&self) -> Markup {
        let chips = self.filter().chips();
        html! {
            @if !chips.is_empty() || self.query.subset.is_some() {
                ul .chips aria-label=(self.language.choose("Filtres actifs", "Active filters")) {
                    @if let Some(subset) = self.query.subset {
                        (self.chip(segment_label(subset, self.language), &list_address(self.filter(), None)))
                    }
                    @for chip in &chips { (self.chip(&self.label(chip), &self.address(&chip.left))) }
                    li { a .reset href=(self.path) { (self.language.choose("Réinitialiser", "Reset")) } }
                }
            }
        }
    }

    fn chip(&self, label: &str, without: &str) -> Markup {
        let remove = self.language.choose("Retirer le filtre", "Remove the filter");
        html! {
            li { a .chip href=(without) { span .unseen { (remove) " " } bdi { (label) } " " span aria-hidden="true" { "×" } } }
        }
    }

    /// Address of this page with another filter.
    fn address(&self, filter: &DealFilter) -> String {
        if self.path == LIST {
            query_address(&DealQuery {
                filter: filter.clone(),
                ..self.query.clone()
            })
        } else {
            board_address(filter)
        }
    }

    fn label(&self, chip: &FilterChip) -> String {
        chip_label(chip, self.language)
    }

    /// Number of matching deals in a live region; hidden deals are mentioned.
    fn count(&self) -> Markup {
        let language = self.language;
        let hidden = language.count(self.hidden_undated as u64, Noun::DEAL);
        let undated = DealFilter {
            due: domain::period::Period::default(),
            ..self.filter().clone()
        };
        html! {
            p .result-count role="status" aria-live="polite" {
                (language.count(self.shown as u64, Noun::DEAL))
                @if self.hidden_undated > 0 {
                    " · "
                    a href=(list_address(&undated, Some(DealSegment::Undated))) {
                        (language.choose(
                            format!("{hidden} sans échéance {}", if self.hidden_undated > 1 { "masquées" } else { "masquée" }),
                            format!("{hidden} without a due date hidden"),
                        ))
                    }
                }
            }
        }
    }
}

/// Label of a filter choice: `Statut : Gagné`.
pub(crate) fn chip_label(chip: &FilterChip, language: Language) -> String {
    let value = Some(chip.value.as_str()).filter(|value| *value != NOT_GIVEN_VALUE);
    let day = || {
        chip.value
            .parse()
            .map_or_else(|_| chip.value.clone(), |day| language.date(day))
    };
    let (name, value) = match chip.field {
        "status" => {
            let label = DealStage::parse(&chip.value).map(|stage| stage_label(stage, language));
            (
                language.choose("Statut", "Status"),
                label.unwrap_or(&chip.value).to_owned(),
            )
        }
        "sector" => (
            language.choose("Secteur", "Sector"),
            name_label(value, language).to_owned(),
        ),
        "assignee" => (
            language.choose("Commercial", "Assignee"),
            name_label(value, language).to_owned(),
        ),
        "from" => (language.choose("Échéance dès le", "Due from"), day()),
        "to" => (language.choose("Échéance jusqu’au", "Due up to"), day()),
        _ => (
            language.choose("Recherche", "Search"),
            language.choose(format!("« {} »", chip.value), format!("“{}”", chip.value)),
        ),
    };
    language.choose(format!("{name} : {value}"), format!("{name}: {value}"))
}
