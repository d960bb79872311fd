//! Dashboard page: KPIs, action lists, funnel and sectors.

use maud::{Markup, html};

use super::{
    super::{
        listing::ListQuestion,
        overview::{Overview, Unread},
    },
    action::Action,
    address::{BOARD, adding, board_address},
    charts::Charts,
    empty::empty,
    filters::Filters,
    numbers::Numbers,
};
use crate::{
    answer::Face,
    language::{Language, Noun},
    page::{Asset, Frame, Page, notice::notice},
};

/// Dashboard page.
pub struct BoardPage<'a> {
    /// Query; only its filter is used here.
    pub question: &'a ListQuestion,
    /// Dashboard values.
    pub overview: &'a Overview,
    /// Path and query of the request.
    pub address: &'a str,
}

impl BoardPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let language = frame.language;
        let title = language.choose("Affaires", "Deals");
        let main = html! {
            div .heading {
                h1 { (language.choose("Tableau de bord des affaires", "Deals dashboard")) }
                @if self.overview.all_deals > 0 { (downloads(&board_address(&self.question.filter), Face::REPORT, language)) }
            }
            (unread(&self.overview.unread, language))
            @if self.overview.all_deals == 0 { (empty(language)) } @else { (self.filled(language)) }
        };
        frame.document(Page {
            title,
            address: self.address,
            scripts: &[Asset::DealsScript, Asset::LiveScript],
            main,
        })
    }

    fn filled(&self, language: Language) -> Markup {
        let (overview, filter) = (self.overview, &self.question.filter);
        let filters = Filters {
            question: self.question,
            facets: &overview.facets,
            shown: overview.kpis.deal_count,
            hidden_undated: overview.hidden_undated,
            path: BOARD,
            language,
        };
        let charts = Charts {
            overview,
            filter,
            language,
        };
        html! {
            (filters.markup())
            div data-filtered="board" data-live="board" {
                (Numbers { kpis: &overview.kpis, changes: &overview.changes, filter, language }.markup())
                @if overview.kpis.deal_count == 0 {
                    p .nothing {
                        (language.choose("Aucune affaire ne correspond à ces filtres. ", "No deal matches these filters. "))
                        a href=(BOARD) { (language.choose("Réinitialiser", "Reset")) }
                    }
                } @else {
                    (Action { overview, filter, language }.markup())
                    (charts.funnel())
                    div .pair { (charts.sectors()) (charts.baskets()) }
                }
            }
        }
    }
}

/// Note about excluded rows: `3 lignes exclues (24 500 € non comptés) — voir`.
pub(super) fn unread(unread: &Unread, language: Language) -> Markup {
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
pub(super) fn downloads(address: &str, faces: &[Face], language: Language) -> Markup {
    let is_file = |face: &&Face| !matches!(face, Face::Html | Face::Json);
    html! {
        p .downloads {
            span .unseen { (language.choose("Télécharger : ", "Download: ")) }
            @for face in faces.iter().filter(is_file) {
                a href=(adding(address, "format", face.name())) download { (face.name().to_uppercase()) }
            }
        }
    }
}
