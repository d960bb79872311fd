//! List page: one page of the deals that match a query, each with a link to its cells in the spreadsheet.

use domain::language::{Language, Noun, UNKNOWN_VALUE};
use maud::{Markup, html};
use web::{
    page::{
        Frame, Page,
        table::{cell, row},
    },
    response::Format,
};

use crate::{
    assets,
    dashboard::view::{action_lists::client_link, downloads},
    deal::{
        columns::{AMOUNT, ASSIGNEE, CLIENT, DEALS, DUE, SECTOR, STAGE, UPDATED_AT, WEIGHTED},
        response::DealResponse,
        stage::LostStage,
    },
    editing::{actions::view::status_form, notice::ActionNotice},
    list::{
        filter::DealFacets,
        filter_view::DealFilterPanel,
        listing::DealQuery,
        order::{DealSortOrder, SortDirection},
        response::DealListResponse,
    },
    routes::{LIST, assignee_address, query_address, sector_address, with_parameter},
    text::labels::{segment_label, stage_label},
};

/// Query field with the page number.
const PAGE_PARAMETER: &str = "page";

/// Displayed columns, with their French and English labels.
const COLUMNS: [(usize, &str, &str); 8] = [
    (CLIENT, "Client", "Client"),
    (STAGE, "Statut", "Status"),
    (AMOUNT, "Montant brut", "Gross amount"),
    (WEIGHTED, "Valeur pondérée", "Weighted value"),
    (SECTOR, "Secteur", "Sector"),
    (DUE, "Échéance", "Due date"),
    (ASSIGNEE, "Commercial", "Assignee"),
    (UPDATED_AT, "Modifiée le", "Changed on"),
];

/// List page.
pub struct DealListPage<'a> {
    /// Query.
    pub query: &'a DealQuery,
    /// Deals of this page.
    pub list: &'a DealListResponse,
    /// Number of deals for each filter option.
    pub facets: &'a DealFacets,
    /// Notice of the last action.
    pub notice: Option<ActionNotice>,
    /// Whether the stage Lost is offered.
    pub lost_stage: LostStage,
    /// Current time in the time zone in which timestamps are displayed.
    pub now: &'a jiff::Zoned,
    /// Path and query of the request.
    pub address: &'a str,
}

impl DealListPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let language = frame.language;
        let title = language.choose("Liste des affaires", "List of deals");
        let filters = DealFilterPanel {
            query: self.query,
            facets: self.facets,
            shown: self.list.total,
            hidden_undated: self.list.hidden_undated,
            path: LIST,
            language,
        };
        let main = html! {
            div .heading { h1 { (title) } (downloads(&query_address(self.query), Format::TABLE, language)) }
            @if let Some(notice) = &self.notice { (notice.markup(self.address, language)) }
            @if let Some(subset) = self.query.subset { p .lead { (segment_label(subset, language)) } }
            (filters.markup())
            div data-filtered="list" data-live="list" { (self.listed(language)) }
        };
        frame.document(Page {
            title,
            address: self.address,
            scripts: &[&assets::BOARD_SCRIPT, &web::assets::LIVE_SCRIPT, &assets::FORM_SCRIPT],
            main,
        })
    }

    fn listed(&self, language: Language) -> Markup {
        html! {
            @if self.list.deals.is_empty() {
                p .nothing {
                    (language.choose("Aucune affaire ne correspond. ", "No deal matches. "))
                    a href=(LIST) { (language.choose("Afficher toutes les affaires", "Show every deal")) }
                }
            } @else {
                p .sums {
                    (language.choose("Montant brut ", "Gross amount ")) strong { (language.money(self.list.amount)) }
                    " · " (language.choose("pondéré ", "weighted ")) strong { (language.money(self.list.weighted)) }
                }
                div .deals { (self.table(language)) }
            }
            (self.pager(language))
        }
    }

    fn table(&self, language: Language) -> Markup {
        html! {
            table role="table" {
                caption .unseen { (language.choose("Affaires", "Deals")) }
                thead role="rowgroup" {
                    tr role="row" {
                        @for (column, french, english) in COLUMNS { (self.header(column, language.choose(french, english))) }
                        th role="columnheader" scope="col" .number { (language.choose("Tableur", "Sheet")) }
                    }
                }
                tbody role="rowgroup" { @for deal in &self.list.deals { (self.row(deal, language)) } }
            }
            (self.sorting(language))
        }
    }

    /// Header that sorts by its column, or reverses the order when it already does.
    fn header(&self, column: usize, label: &str) -> Markup {
        let header = DEALS.columns[column].header;
        let now = self
            .query
            .order
            .filter(|order| order.header() == header)
            .map(DealSortOrder::direction);
        let sorted = now.map(|direction| match direction {
            SortDirection::Ascending => "ascending",
            SortDirection::Descending => "descending",
        });
        html! {
            th role="columnheader" scope="col" .number[matches!(column, AMOUNT | WEIGHTED)] aria-sort=[sorted] {
                a href=(self.sorted_by(header, now)) {
                    (label)
                    @match now {
                        Some(SortDirection::Ascending) => span aria-hidden="true" { " ↑" },
                        Some(SortDirection::Descending) => span aria-hidden="true" { " ↓" },
                        None => {}
                    }
                }
            }
        }
    }

    fn sorted_by(&self, header: &str, now: Option<SortDirection>) -> String {
        let sign = if now == Some(SortDirection::Ascending) { "-" } else { "" };
        query_address(&DealQuery {
            order: DealSortOrder::parse(&format!("{sign}{header}")).ok(),
            ..self.query.clone()
        })
    }

    /// Sort links for phones, where the cards have no header row.
    fn sorting(&self, language: Language) -> Markup {
        let ways = [
            (DUE, "", "Échéance", "Due date"),
            (AMOUNT, "-", "Montant", "Amount"),
            (CLIENT, "", "Client", "Client"),
            (UPDATED_AT, "", "Plus ancienne modification", "Longest unchanged"),
        ];
        html! {
            nav .presets.sorting aria-label=(language.choose("Trier", "Sort")) {
                @for (column, sign, french, english) in ways {
                    @let order = DealSortOrder::parse(&format!("{sign}{}", DEALS.columns[column].header)).ok();
                    a href=(query_address(&DealQuery { order, ..self.query.clone() })) aria-current=[(order == self.query.order).then_some("true")] {
                        (language.choose(french, english))
                    }
                }
            }
        }
    }

    fn row(&self, deal: &DealResponse, language: Language) -> Markup {
        let filter = &self.query.filter;
        let changed = deal
            .updated_at
            .map(|at| at.to_zoned(self.now.time_zone().clone()).date());
        let cells = [
            cell("name", client_link(deal, self.query)),
            cell("stage", self.stage(deal, language)),
            cell("number amount", html! { (language.money(deal.montant_brut)) }),
            cell(
                "number weighted",
                html! { span .unit { (language.choose("pondéré ", "weighted ")) } (language.money(deal.valeur_ponderee)) },
            ),
            cell(
                "sector",
                name_link(
                    deal.secteur.as_deref(),
                    &sector_address(filter, deal.secteur.as_deref()),
                ),
            ),
            cell("when due", self.due(deal, language)),
            cell(
                "assignee",
                name_link(
                    deal.assignee.as_deref(),
                    &assignee_address(filter, deal.assignee.as_deref()),
                ),
            ),
            cell(
                "when detail changed",
                html! {
                    span .unit { (language.choose("modifiée ", "changed ")) }
                    (changed.map_or_else(|| UNKNOWN_VALUE.to_owned(), |day| language.date(day)))
                },
            ),
            cell(
                "number link",
                html! {
                    a href=(deal.link) { (language.choose("Ligne ", "Row ")) (deal.row) }
                },
            ),
        ];
        row(0, &cells)
    }

    /// Form to change the stage in place, if the deal has an id.
    fn stage(&self, deal: &DealResponse, language: Language) -> Markup {
        match deal.id {
            Some(id) => {
                let stages = self.lost_stage.stages(Some(deal.statut));
                status_form(id, deal.statut, &stages, self.address, language)
            }
            None => html! { span .tag { (stage_label(deal.statut, language)) } },
        }
    }

    fn due(&self, deal: &DealResponse, language: Language) -> Markup {
        let today = self.now.date();
        html! {
            @match deal.date_echeance {
                None => (UNKNOWN_VALUE),
                Some(due) if due < today && deal.statut.is_open() => {
                    time datetime=(due) { (language.date(due)) } " " small .late { (language.due(due, today)) }
                },
                Some(due) => time datetime=(due) { (language.date(due)) },
            }
        }
    }

    fn pager(&self, language: Language) -> Markup {
        let (page, pages) = (self.list.page, self.list.pages);
        let address = query_address(self.query);
        let at = |page: usize| with_parameter(&address, PAGE_PARAMETER, &page.to_string());
        let whole = |number: usize| language.whole(number as u64);
        html! {
            @if pages > 1 {
                nav .pager aria-label="Pages" {
                    @if page > 1 { a .quiet rel="prev" href=(at(page - 1)) { (language.choose("Précédente", "Previous")) } }
                    span {
                        "Page " (whole(page)) (language.choose(" sur ", " of ")) (whole(pages))
                        " · " (language.count(self.list.total as u64, Noun::DEAL))
                    }
                    @if page < pages { a .quiet rel="next" href=(at(page + 1)) { (language.choose("Suivante", "Next")) } }
                }
            }
        }
    }
}

fn name_link(name: Option<&str>, address: &str) -> Markup {
    html! {
        @match name {
            Some(name) => a href=(address) { bdi { (name) } },
            None => span .hint { (UNKNOWN_VALUE) },
        }
    }
}
