//! Dashboard page: KPIs, action lists, funnel and sectors.

pub(crate) mod action_lists;
pub(crate) mod charts;
pub(crate) mod kpi_cards;
pub(crate) mod report;

use domain::language::{Language, Noun};
use maud::{Markup, html};
use web::{
    page::{Frame, Page, notice::notice},
    response::Format,
};

use crate::{
    assets,
    dashboard::{
        overview::{DashboardOverview, UnreadableRows},
        view::{action_lists::ActionLists, charts::DashboardCharts, kpi_cards::KpiCards},
    },
    list::{filter_view::DealFilterPanel, listing::DealQuery},
    routes::{BOARD, DEMO_FILE, NEW, board_address, with_parameter},
};

/// Dashboard page.
pub struct DashboardPage<'a> {
    /// Query; only its filter is used here.
    pub query: &'a DealQuery,
    /// Dashboard values.
    pub overview: &'a DashboardOverview,
    /// Path and query of the request.
    pub address: &'a str,
}

impl DashboardPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let language = frame.language;
        let title = language.choose("Affaires", "Deals");
        let main = html! {
            div .heading {
                h1 { (language.choose("Tableau de bord des affaires", "Deals dashboard")) }
                @if self.overview.all_deals > 0 { (downloads(&board_address(&self.query.filter), Format::REPORT, language)) }
            }
            (unreadable_rows(&self.overview.unread, language))
            @if self.overview.all_deals == 0 { (empty_board(language)) } @else { (self.filled(language)) }
        };
        frame.document(Page {
            title,
            address: self.address,
            scripts: &[&assets::BOARD_SCRIPT, &web::assets::LIVE_SCRIPT],
            main,
        })
    }

    fn filled(&self, language: Language) -> Markup {
        let (overview, filter) = (self.overview, &self.query.filter);
        let filters = DealFilterPanel {
            query: self.query,
            facets: &overview.facets,
            shown: overview.kpis.deal_count,
            hidden_undated: overview.hidden_undated,
            path: BOARD,
            language,
        };
        let charts = DashboardCharts {
            overview,
            filter,
            language,
        };
        html! {
            (filters.markup())
            div data-filtered="board" data-live="board" {
                (KpiCards { kpis: &overview.kpis, changes: &overview.changes, filter, language }.markup())
                @if overview.kpis.deal_count == 0 {
                    p .nothing {
                        (language.choose("Aucune affaire ne correspond à ces filtres. ", "No deal matches these filters. "))
                        a href=(BOARD) { (language.choose("Réinitialiser", "Reset")) }
                    }
                } @else {
                    (ActionLists { overview, filter, language }.markup())
                    (charts.funnel())
                    div .pair { (charts.sectors()) (charts.baskets()) }
                }
            }
        }
    }
}

/// Note about excluded rows: `3 lignes exclues (24 500 € non comptés) — voir`.
pub(crate) fn unreadable_rows(unread: &UnreadableRows, language: Language) -> Markup {
    let rows = language.count(unread.rows as u64, Noun::ROW);
    let (amount, several) = (language.whole_euros(unread.amount), unread.rows > 1);
    let cells = language.count(unread.cells as u64, Noun::CELL);
    html! {
        @if unread.rows > 0 {
            (notice(&html! {
                p {
                    (rows) " " (language.choose(if several { "exclues" } else { "exclue" }, "excluded"))
                    @if unread.amount.is_positive() {
                        " (" (language.choose(format!("{amount} non comptés"), format!("{amount} not counted"))) ")"
                    }
                    " — " a href="/findings" { (language.choose("voir", "see")) }
                }
            }))
        } @else if unread.cells > 0 {
            p .hint {
                (cells) " " (language.choose("à vérifier dans le tableur", "to look at in the spreadsheet"))
                " — " a href="/findings" { (language.choose("voir", "see")) }
            }
        }
    }
}

/// Download links of the filtered deals.
pub(crate) fn downloads(address: &str, formats: &[Format], language: Language) -> Markup {
    let is_file = |format: &&Format| !matches!(format, Format::Html | Format::Json);
    html! {
        p .downloads {
            span .unseen { (language.choose("Télécharger : ", "Download: ")) }
            @for format in formats.iter().filter(is_file) {
                a href=(with_parameter(address, "format", format.name())) download { (format.name().to_uppercase()) }
            }
        }
    }
}

/// Content of the dashboard without deals.
pub fn empty_board(language: Language) -> Markup {
    html! {
        article .message {
            p .lead { (language.choose(
                "Aucune affaire pour l’instant. Importez votre fichier et les chiffres apparaissent aussitôt.",
                "No deal yet. Import your file and the numbers appear at once.",
            )) }
            p { (language.choose(
                "Chaque affaire est une ligne de l’onglet «\u{a0}deals\u{a0}» : client, statut (Prospect, Qualifié, Négociation, Gagné) et \
                 montant suffisent ; secteur, échéance, commercial et notes affinent le tableau de bord. La probabilité suit le statut.",
                "Each deal is a row of the tab “deals”: client, status (Prospect, Qualifié, Négociation, Gagné) and amount suffice; \
                 sector, due date, assignee and notes refine the dashboard. The probability follows the status.",
            )) }
            div .ways {
                a .action href="/deals/import" { (language.choose("Importer un fichier", "Import a file")) }
                a .quiet href=(NEW) { (language.choose("Saisir une affaire", "Enter a deal")) }
                a .quiet href=(DEMO_FILE) download { (language.choose("Télécharger un exemple (CSV)", "Download a sample (CSV)")) }
            }
            p .hint { (language.choose(
                "L’exemple est un fichier tel qu’Excel en français l’enregistre : quarante affaires, dont deux avec une erreur.",
                "The sample is a file as French Excel saves it: forty deals, two of them with a mistake.",
            )) }
        }
    }
}
