//! View of the matrix: credited cells link to the claim, companies link to the form for their open integrations.
//!
//! The markup is minimal: a page of a hundred companies and thirty integrations has three thousand cells and must stay
//! small when compressed. It scrolls both ways under a fixed header and first column.

use maud::{Markup, html};
use web::page::{
    Frame, Page,
    field::search_field,
    formatting::{count, group_thousands},
};

use crate::{
    assets,
    claims::list::{OutcomeFilter, link::ClaimsLink},
    routes::{MATRIX, submit_address, with_query},
    standings::matrix::{MatrixColumn, MatrixFilter, MatrixOrder, MatrixRow},
    ui::{
        downloads::download_links,
        drill_down::{CountedQuantity, drill_down_cell, drill_down_text, plain_figure},
        paging::Paging,
        share::share,
    },
};

/// Data of the matrix page.
#[derive(Clone, Debug)]
pub struct MatrixPage<'a> {
    /// Active filter.
    pub filter: &'a MatrixFilter,
    /// Integrations, with their open counts over all listed companies.
    pub columns: &'a [MatrixColumn],
    /// Companies of this page.
    pub rows: &'a [MatrixRow],
    /// Number of companies on all pages.
    pub companies: u32,
    /// Open integrations on all pages.
    pub open: u32,
    /// Pagination.
    pub paging: Paging,
    /// CSM names for the filter.
    pub csms: &'a [String],
}

impl MatrixPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let address = with_query(MATRIX, self.filter);
        let companies_address = format!("{address}#companies");
        let main = html! {
            h1 { "Still to win" }
            p .lead {
                (drill_down_text(CountedQuantity::MatrixOpen, &companies_address, &count(self.open, "integration", "integrations"))) " at "
                (drill_down_text(CountedQuantity::MatrixRows, &companies_address, &count(self.companies, "company", "companies"))) "."
            }
            (self.filter_form())
            div .heading {
                p .hint { "✓ leads to the claim that holds the credit. A company leads to the form with what it can still win." }
                (download_links(&address, "Matrix"))
            }
            @if self.rows.is_empty() {
                p .nothing { "No company matches. " a href=(MATRIX) { "Show every company" } }
            } @else {
                div #companies .matrix tabindex="0" role="region" aria-label="Companies and integrations" { (self.table()) }
            }
            (self.paging.links(&address, "Before", "Next"))
            (share(&address))
        };
        frame.styled(&assets::MATRIX_STYLESHEET).document(Page {
            title: "Still to win",
            address: &address,
            scripts: &[&assets::SHARE_SCRIPT],
            main,
        })
    }

    fn filter_form(&self) -> Markup {
        let chosen = |column: &MatrixColumn| self.filter.missing.as_ref() == Some(&column.integration);
        html! {
            form .filter method="get" action=(MATRIX) role="search" aria-label="Companies" {
                (search_field(("csm", "Companies of CSM"), self.filter.csm.as_deref(), self.csms))
                (search_field(("company", "Name contains"), self.filter.company.as_deref(), &[]))
                div .field {
                    label for="missing" { "Can still win" }
                    select #missing name="missing" {
                        option value="" { "Anything" }
                        @for column in self.columns.iter().filter(|column| column.is_offered) {
                            option value=(column.integration) selected[chosen(column)] { (column.integration) }
                        }
                    }
                }
                div .field {
                    label for="sort" { "Order" }
                    select #sort name="sort" {
                        @for order in MatrixOrder::ALL {
                            option value=(order.name()) selected[order == self.filter.sort] { (order.words()) }
                        }
                    }
                }
                p .ways {
                    button .quiet type="submit" { "Show" }
                    @if *self.filter != MatrixFilter::default() { a href=(MATRIX) { "Clear" } }
                }
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            table {
                caption .unseen { "What each company won, and what is still to win" }
                thead {
                    tr {
                        th scope="col" { "Company" }
                        th scope="col" .number data-counts=(CountedQuantity::Claims.name()) { "Won" }
                        th scope="col" .number data-counts=(CountedQuantity::Boxes.name()) { "To win" }
                        @for column in self.columns { th scope="col" .upright { span { bdi { (column.integration) } } } }
                    }
                    tr .sums {
                        th scope="row" colspan="3" { "Companies that can still win it" }
                        @for column in self.columns { td { (self.sum(column)) } }
                    }
                }
                tbody { @for row in self.rows { (self.row(row)) } }
            }
        }
    }

    fn sum(&self, column: &MatrixColumn) -> Markup {
        let filter = MatrixFilter {
            missing: Some(column.integration.clone()),
            ..self.filter.clone()
        };
        // Under a filter by another missing integration, the count does not match any claims list.
        let is_other = self
            .filter
            .missing
            .as_ref()
            .is_some_and(|missing| *missing != column.integration);
        html! {
            @if !column.is_offered { small { "retired" } }
            @else if is_other { (plain_figure("open", &html! { (group_thousands(column.open)) })) }
            @else { (drill_down_text(CountedQuantity::MatrixRows, &with_query(MATRIX, &filter), &group_thousands(column.open))) }
        }
    }

    fn row(&self, row: &MatrixRow) -> Markup {
        let of_company = ClaimsLink::default()
            .of_company(&row.company)
            .with_outcome(OutcomeFilter::Credited);
        let form = submit_address(self.filter.csm.as_deref(), Some(&row.company));
        html! {
            tr {
                th scope="row" { a href=(form) { bdi { (row.company) } } }
                td .number { (drill_down_cell(&of_company.address(), row.won, "integration won", "integrations won")) }
                td .number { (drill_down_cell(&form, row.open, "to win", "to win")) }
                @for (column, holder) in self.columns.iter().zip(&row.cells) {
                    @match holder {
                        Some(csm) => td {
                            a href=(of_company.clone().of_integration(&column.integration).address()) title=(csm)
                                aria-label=(csm) { "✓" }
                        },
                        None => td {},
                    }
                }
            }
        }
    }
}
