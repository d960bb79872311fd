//! View of the claims that earned a CSM's contest points, each linked to its spreadsheet row.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    Frame, Page, date_time,
    formatting::join_names,
    table::{cell, number, row, table, text},
};

use crate::{
    contests::{
        contest::Contest,
        points::ContestPoints,
        scoring::PointsEntry,
        view::{contest::format_points, rules::credit_rule_sentence},
    },
    history::{as_of::AsOf, notice::past_notice},
    routes::contest_address,
    ui::{
        downloads::download_links,
        drill_down::{CountedQuantity, drill_down_text},
    },
};

/// Data of the page.
pub struct PointsPage<'a> {
    /// Contest with the rules in force.
    pub contest: &'a Contest,
    /// CSM name from the query.
    pub csm: &'a str,
    /// Total of the claims.
    pub points: ContestPoints,
    /// Claims, latest first.
    pub earnings: &'a [PointsEntry],
    /// Maps a row number to its address in the spreadsheet.
    pub link: &'a dyn Fn(u32) -> String,
    /// Path and query of the page.
    pub address: &'a str,
    /// Moment of a historical view; `None` for now.
    pub past: Option<&'a AsOf>,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

impl PointsPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let title = format!("{}: {}", self.contest.name, self.csm);
        let main = html! {
            h1 { bdi { (self.csm) } " in " a href=(contest_address(&self.contest.name)) { bdi { (self.contest.name) } } }
            (past_notice(self.past, &self.now))
            p .lead { (drill_down_text(CountedQuantity::Points, self.address, &format_points(&self.points))) "." }
            p .hint { (credit_rule_sentence(self.contest.rules.credit)) }
            div .heading { h2 { "Claims that earned them" } (download_links(self.address, "Points")) }
            @if self.earnings.is_empty() { p .nothing { "No claim earned anything." } } @else { div .claims { (self.table()) } }
        };
        frame.document(Page {
            title: &title,
            address: self.address,
            scripts: &[],
            main,
        })
    }

    fn table(&self) -> Markup {
        let columns = [
            number("Points").telling("part of a point"),
            text("Integration"),
            text("Company"),
            text("Received"),
            text("Shared with"),
            number("In the sheet").telling("row"),
        ];
        let rows: Vec<Markup> = self.earnings.iter().map(|earning| self.row(earning)).collect();
        table("Claims that earned points", &columns, &rows)
    }

    fn row(&self, earning: &PointsEntry) -> Markup {
        let cells = [
            cell("number", html! { (earning.points) }),
            cell("name", html! { bdi { (earning.integration) } }),
            cell("company", html! { bdi { (earning.company) } }),
            cell(
                "detail when",
                date_time::timestamp_element(earning.submitted_at, &self.now),
            ),
            cell("detail", html! { bdi { (join_names(&earning.shared_with)) } }),
            cell(
                "number link",
                html! { a href=((self.link)(earning.row)) { "Row " (earning.row) } },
            ),
        ];
        row(1, &cells)
    }
}
