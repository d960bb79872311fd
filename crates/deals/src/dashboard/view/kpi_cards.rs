//! KPI cards of the dashboard, each with its definition and a link to the deals behind it.

use domain::language::{Language, Noun, UNKNOWN_VALUE};
use maud::{Markup, html};
use rust_decimal::Decimal;

use crate::{
    dashboard::kpis::{KpiChanges, Kpis},
    deal::stage::DealStage,
    list::filter::DealFilter,
    routes::{list_address, stages_address},
    text::labels::stage_label,
};

/// Open stages.
const OPEN_STAGES: [DealStage; 3] = [DealStage::Prospect, DealStage::Qualified, DealStage::Negotiation];

/// The four KPI cards.
pub struct KpiCards<'a> {
    /// KPIs.
    pub kpis: &'a Kpis,
    /// Change of the KPIs.
    pub changes: &'a KpiChanges,
    /// Filter of the dashboard.
    pub filter: &'a DealFilter,
    /// Language of the page.
    pub language: Language,
}

impl KpiCards<'_> {
    /// The cards.
    pub fn markup(&self) -> Markup {
        html! {
            section .kpis aria-label=(self.language.choose("Chiffres clés", "Key figures")) {
                (self.pipeline())
                (self.basket())
                (self.conversion())
                (self.statuses())
            }
        }
    }

    fn pipeline(&self) -> Markup {
        let language = self.language;
        let all = list_address(self.filter, None);
        html! {
            article .kpi {
                h2 { (language.choose("Pipeline pondéré", "Weighted pipeline")) }
                (figure(self.kpis.deal_count, &all, &language.money(self.kpis.weighted_pipeline)))
                p .split {
                    (language.choose("dont gagné ", "won "))
                    (linked_number(self.kpis.count_by_status.of(DealStage::Won), &stages_address(self.filter, &[DealStage::Won]), &language.money(self.kpis.weighted_won)))
                    (language.choose(" · reste à gagner ", " · still to win "))
                    (linked_number(self.open(), &stages_address(self.filter, &OPEN_STAGES), &language.money(self.kpis.weighted_open)))
                }
                p .definition { (language.choose("Somme des montants × probabilité du statut", "Sum of amount × probability of the status")) }
                (self.change(self.changes.weighted_pipeline.map(|change| language.change(change))))
            }
        }
    }

    fn basket(&self) -> Markup {
        let language = self.language;
        let basket = self
            .kpis
            .average_basket
            .map_or_else(|| UNKNOWN_VALUE.to_owned(), |basket| language.money(basket));
        html! {
            article .kpi {
                h2 { (language.choose("Panier moyen", "Average basket")) }
                (figure(self.kpis.deal_count, &list_address(self.filter, None), &basket))
                p .definition {
                    (language.choose("Total des montants bruts ÷ nombre d’affaires (", "Total of gross amounts ÷ number of deals ("))
                    (language.count(self.kpis.deal_count as u64, Noun::DEAL)) ")"
                }
                (self.change(self.changes.average_basket.map(|change| language.change(change))))
            }
        }
    }

    fn conversion(&self) -> Markup {
        let language = self.language;
        let percent = |share: Option<crate::text::ratio::Ratio>| {
            share.map_or_else(|| UNKNOWN_VALUE.to_owned(), |share| language.percent(share.of_one()))
        };
        let won = stages_address(self.filter, &[DealStage::Won]);
        html! {
            article .kpi {
                h2 { (language.choose("Taux de conversion", "Conversion rate")) }
                (figure(self.kpis.count_by_status.of(DealStage::Won), &won, &percent(self.kpis.conversion_rate)))
                @if self.kpis.win_rate.is_some() {
                    p .split { (language.choose("gagné ÷ (gagné + perdu) : ", "won ÷ (won + lost): ")) (linked_number(self.closed(), &stages_address(self.filter, &[DealStage::Won, DealStage::Lost]), &percent(self.kpis.win_rate))) }
                }
                p .definition { (language.choose("Affaires gagnées ÷ toutes les affaires × 100", "Won deals ÷ all deals × 100")) }
                (self.change(self.changes.conversion_rate.map(|points| self.points(points))))
            }
        }
    }

    fn statuses(&self) -> Markup {
        let language = self.language;
        html! {
            article .kpi {
                h2 { (language.choose("Affaires par statut", "Deals by status")) }
                dl .statuses {
                    @for (stage, count) in self.kpis.count_by_status.shown() {
                        div {
                            dt { (stage_label(stage, language)) }
                            dd { (linked_number(count, &stages_address(self.filter, &[stage]), &language.whole(count as u64))) }
                        }
                    }
                }
                p .definition { (language.count(self.kpis.deal_count as u64, Noun::DEAL)) }
            }
        }
    }

    fn closed(&self) -> usize {
        [DealStage::Won, DealStage::Lost]
            .iter()
            .map(|stage| self.kpis.count_by_status.of(*stage))
            .sum()
    }

    fn open(&self) -> usize {
        OPEN_STAGES
            .iter()
            .map(|stage| self.kpis.count_by_status.of(*stage))
            .sum()
    }

    fn points(&self, points: Decimal) -> String {
        let sign = if points > Decimal::ZERO { "+" } else { "" };
        let unit = self.language.choose("pt", "pp");
        format!("{sign}{}\u{a0}{unit}", self.language.number(points, 1))
    }

    fn change(&self, change: Option<String>) -> Markup {
        html! {
            p .change {
                (self.language.choose("Période précédente\u{a0}:\u{a0}", "Against the period before: "))
                (change.as_deref().unwrap_or(UNKNOWN_VALUE))
            }
        }
    }
}

/// Number of a card; a long one is smaller, so that it stays on one line.
fn figure(rows: usize, address: &str, number: &str) -> Markup {
    const LONG: usize = 13;
    html! { p .figure .long[number.chars().count() >= LONG] { (linked_number(rows, address, number)) } }
}

/// Number linked to its deals, or plain text when there are none.
pub(crate) fn linked_number(rows: usize, address: &str, number: &str) -> Markup {
    html! {
        @if rows > 0 { a href=(address) { (number) } } @else { (number) }
    }
}
