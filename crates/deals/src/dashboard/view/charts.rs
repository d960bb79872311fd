//! Bar charts of the dashboard: funnel, sectors and baskets. Each bar has its number, linked to the deals behind it.

use domain::language::{Language, Noun};
use maud::{Markup, html};
use web::page::{
    chart,
    table::{cell, number, row, table, text},
};

use crate::{
    dashboard::{
        funnel::FunnelStep,
        overview::{DashboardOverview, ScaledBar},
        sectors::SectorTotal,
        view::kpi_cards::linked_number,
    },
    deal::stage::DealStage,
    list::filter::DealFilter,
    routes::{board_address, sector_address, stages_address},
    text::labels::{name_label, stage_label},
};

/// Full scale in thousandths.
const FULL_SCALE: u32 = 1000;

/// Charts of the dashboard.
pub struct DashboardCharts<'a> {
    /// Dashboard values.
    pub overview: &'a DashboardOverview,
    /// Filter of the dashboard.
    pub filter: &'a DealFilter,
    /// Language of the page.
    pub language: Language,
}

impl DashboardCharts<'_> {
    /// Weighted pipeline by stage.
    pub fn funnel(&self) -> Markup {
        let language = self.language;
        let columns = [
            text(language.choose("Statut", "Status")),
            number(language.choose("Valeur pondérée", "Weighted value")),
            text(language.choose("Part", "Share")),
            number(language.choose("Affaires", "Deals")),
            number(language.choose("Montant", "Amount")),
        ];
        let rows: Vec<Markup> = self.overview.funnel.iter().map(|step| self.step(step)).collect();
        let title = language.choose("Entonnoir du pipeline pondéré", "Funnel of the weighted pipeline");
        html! {
            section .funnel aria-labelledby="funnel" {
                h2 #funnel { (title) }
                div .bars { (table(title, &columns, &rows)) }
            }
        }
    }

    fn step(&self, ScaledBar { value: step, permille }: &ScaledBar<FunnelStep>) -> Markup {
        let language = self.language;
        let address = stages_address(self.filter, &[step.status]);
        let cells = [
            cell(
                "name",
                html! { (stage_label(step.status, language)) " " small { (language.percent(step.status.probability())) } },
            ),
            cell(
                "number",
                linked_number(step.deals, &address, &language.whole_euros(step.weighted)),
            ),
            cell("measure", chart::bar(*permille, FULL_SCALE)),
            cell(
                "number detail",
                html! { (language.count(step.deals as u64, Noun::DEAL)) },
            ),
            cell("number detail", html! { (language.whole_euros(step.total)) }),
        ];
        row(0, &cells)
    }

    /// Totals by sector.
    pub fn sectors(&self) -> Markup {
        let language = self.language;
        let title = language.choose("Secteurs", "Sectors");
        let columns = [
            text(language.choose("Secteur", "Sector")),
            number(language.choose("Total", "Total")),
            text(language.choose("Part", "Share")),
            number(language.choose("Affaires", "Deals")),
        ];
        let rows: Vec<Markup> = self
            .overview
            .sectors
            .iter()
            .map(|sector| self.sector(sector, &language.whole_euros(sector.value.total)))
            .collect();
        let more = self.overview.sector_count - self.overview.sectors.len();
        html! {
            section .sectors aria-labelledby="sectors" {
                h2 #sectors { (title) }
                (self.stage_choice())
                @if rows.is_empty() { p .hint { (language.choose("Aucune affaire.", "No deal.")) } }
                @else { div .bars { (table(title, &columns, &rows)) } }
                @if more > 0 {
                    p .hint { (language.choose(format!("{more} autres secteurs ne sont pas dessinés."), format!("{more} other sectors are not drawn."))) }
                }
            }
        }
    }

    /// The five sectors with the largest average basket.
    pub fn baskets(&self) -> Markup {
        let language = self.language;
        let title = language.choose("Top 5 des paniers moyens", "Top 5 average baskets");
        let columns = [
            text(language.choose("Secteur", "Sector")),
            number(language.choose("Panier moyen", "Average basket")),
            text(language.choose("Part", "Share")),
            number(language.choose("Affaires", "Deals")),
        ];
        let rows: Vec<Markup> = self
            .overview
            .top_baskets
            .iter()
            .map(|sector| self.sector(sector, &language.whole_euros(sector.value.average_basket)))
            .collect();
        html! {
            section .baskets aria-labelledby="baskets" {
                h2 #baskets { (title) }
                @if rows.is_empty() { p .hint { (language.choose("Aucun secteur n’est renseigné.", "No sector is given.")) } }
                @else { div .bars { (table(title, &columns, &rows)) } }
            }
        }
    }

    fn sector(
        &self,
        ScaledBar {
            value: sector,
            permille,
        }: &ScaledBar<SectorTotal>,
        amount: &str,
    ) -> Markup {
        let language = self.language;
        let name = sector.sector.as_deref();
        let cells = [
            cell("name", html! { bdi { (name_label(name, language)) } }),
            cell(
                "number",
                html! { a href=(sector_address(self.filter, name)) { (amount) } },
            ),
            cell("measure", chart::bar(*permille, FULL_SCALE)),
            cell(
                "number detail",
                html! { (language.count(sector.deals as u64, Noun::DEAL)) },
            ),
        ];
        row(0, &cells)
    }

    /// Links that restrict the whole page to one stage.
    fn stage_choice(&self) -> Markup {
        let of = |stages: &[DealStage]| DealFilter {
            statuses: stages.iter().copied().collect(),
            ..self.filter.clone()
        };
        let entry = |label: &str, filter: &DealFilter| {
            html! { a href=(board_address(filter)) aria-current=[(filter == self.filter).then_some("true")] { (label) } }
        };
        let stages = self.overview.funnel.iter().map(|step| step.value.status);
        html! {
            nav .presets aria-label=(self.language.choose("Secteurs par statut", "Sectors by status")) {
                (entry(self.language.choose("Tous", "All"), &of(&[])))
                @for stage in stages { (entry(stage_label(stage, self.language), &of(&[stage]))) }
            }
        }
    }
}
