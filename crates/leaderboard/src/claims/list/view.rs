//! View of the claims list: the rows behind a number, each linked to its spreadsheet row.

use domain::period::Period;
use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    Frame, Page,
    date_time::timestamp_element,
    field::{date_field, search_field},
    formatting::{count, group_thousands},
    table::{cell, number, row, table, text},
};

use crate::{
    assets,
    claims::{
        form::fields::NameSuggestions,
        list::{ClaimOutcome, ClaimRow, ClaimsTotals, IntegrationClaim, OutcomeFilter, link::ClaimsLink},
        submission::SubmissionStatus,
    },
    disputes::{
        Dispute,
        view::{dispute_link, disputed_by},
    },
    history::{as_of::AsOf, notice::past_notice},
    routes::CLAIMS,
    ui::{
        downloads::download_links,
        drill_down::{CountedQuantity, drill_down_text, plain_figure},
        messages,
        paging::Paging,
        period_picker::format_period,
        share::share,
    },
};

/// Data of the claims page.
#[derive(Clone, Debug)]
pub struct ClaimsPage<'a> {
    /// Active filter.
    pub filter: ClaimsLink,
    /// Rows of this page, in display order.
    pub lines: &'a [ClaimRow],
    /// All disputes, shown next to their claims.
    pub disputes: &'a [Dispute],
    /// Moment of a historical view; `None` for now.
    pub past: Option<AsOf>,
    /// Totals of all matching claims, over all pages.
    pub totals: ClaimsTotals,
    /// Pagination.
    pub paging: Paging,
    /// Suggestions for the filter fields.
    pub suggestions: NameSuggestions,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

impl ClaimsPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let address = self.filter.address();
        let main = html! {
            h1 { "Claims" }
            (past_notice(self.past.as_ref(), &self.now))
            p .lead { bdi { (self.heading()) } }
            (self.filter_form())
            div .heading { p { (self.sentence()) } (download_links(&address, "Claims")) }
            @if self.lines.is_empty() {
                p .nothing { "No row matches. " a href=(CLAIMS) { "Show every row" } }
            } @else {
                div .claims { (self.table()) }
            }
            (self.paging.links(&address, "Newer", "Older"))
            (share(&address))
        };
        frame.document(Page {
            title: "Claims",
            address: &address,
            scripts: &[&assets::SHARE_SCRIPT],
            main,
        })
    }

    /// `GitHub at Acme claimed by Kate, since 3 March`
    fn heading(&self) -> String {
        let filter = &self.filter;
        let integration = filter.integration.as_deref().unwrap_or("Every integration");
        let company = filter.company.as_ref().map(|company| format!(" at {company}"));
        let csm = filter.csm.as_ref().map(|csm| format!(" claimed by {csm}"));
        let period = Period {
            from: filter.from,
            to: filter.to,
        };
        format!(
            "{integration}{}{}{}, {}.",
            company.unwrap_or_default(),
            csm.unwrap_or_default(),
            filter
                .outcome
                .map(|outcome| format!(", {}", outcome.label()))
                .unwrap_or_default(),
            format_period(period, self.now.date())
        )
    }

    /// `9 rows: 14 credited, 3 already credited to somebody else.`
    fn sentence(&self) -> Markup {
        let totals = &self.totals;
        let rows = drill_down_text(
            CountedQuantity::Rows,
            &self.filter.address(),
            &count(totals.rows, "row", "rows"),
        );
        let parts: Vec<(u32, OutcomeFilter, &str)> = [
            (totals.credited, OutcomeFilter::Credited, "credited"),
            (totals.counted_apart, OutcomeFilter::CountedApart, "counted apart"),
            (totals.repeated, OutcomeFilter::Repeated, "repeated"),
            (
                totals.credited_elsewhere,
                OutcomeFilter::CreditedElsewhere,
                "already credited to somebody else",
            ),
            (totals.not_counted, OutcomeFilter::NotCounted, "not counted"),
        ]
        .into_iter()
        .filter(|(number, _, _)| *number > 0)
        .collect();
        html! {
            (rows)
            @for (index, (number, outcome, what)) in parts.iter().enumerate() {
                (separator(index, parts.len()))
                (drill_down_text(CountedQuantity::Claims, &self.filter.clone().with_outcome(*outcome).address(), &format!("{} {what}", group_thousands(*number))))
            }
            "."
        }
    }

    fn filter_form(&self) -> Markup {
        html! {
            form .filter method="get" action=(CLAIMS) role="search" aria-label="Claims" {
                (search_field(("csm", "CSM"), self.filter.csm.as_deref(), &self.suggestions.csms))
                (search_field(("integration", "Integration"), self.filter.integration.as_deref(), &self.suggestions.integrations))
                (search_field(("company", "Company"), self.filter.company.as_deref(), &self.suggestions.companies))
                (outcome_field(self.filter.outcome))
                (date_field("from", "From", self.filter.from))
                (date_field("to", "To", self.filter.to))
                @if let Some(past) = &self.past { input type="hidden" name="as_of" value=(past.parameter()); }
                p .ways {
                    button .quiet type="submit" { "Filter" }
                    @if self.filter != ClaimsLink::default() { a href=(CLAIMS) { "Clear" } }
                }
            }
        }
    }

    fn table(&self) -> Markup {
        let columns = [
            text("Submitted"),
            text("CSM"),
            text("Company"),
            text("Integrations"),
            text("Status"),
            number("In the sheet"),
        ];
        let rows: Vec<Markup> = self.lines.iter().map(|line| self.row(line)).collect();
        table("Submissions with what became of each claim", &columns, &rows)
    }

    fn row(&self, line: &ClaimRow) -> Markup {
        let csm = self.filter.clone().of_csm(&line.csm).address();
        let company = self.filter.clone().of_company(&line.company).address();
        let cells = [
            cell("detail when", timestamp_element(line.submitted_at, &self.now)),
            cell("name", html! { a href=(csm) { bdi { (line.csm) } } }),
            cell(
                "company",
                html! {
                    a href=(company) { bdi { (line.company) } }
                    @if line.company_typed != line.company { " " small { "typed “" bdi { (line.company_typed) } "”" } }
                },
            ),
            cell(
                "what",
                html! {
                    ul .outcomes { @for claim in &line.integrations { (self.claim(line, claim)) } }
                },
            ),
            cell("detail state", status(line)),
            cell(
                "number link",
                html! { a href=(line.link) { "Row " (plain_figure("row", &html! { (line.row) })) } },
            ),
        ];
        row(1, &cells)
    }

    fn claim(&self, line: &ClaimRow, claim: &IntegrationClaim) -> Markup {
        let is_requested = self.filter.integration.as_ref() == Some(&claim.name);
        html! {
            li .asked[is_requested] .credited[claim.outcome == ClaimOutcome::Credited] {
                bdi { (claim.name) }
                @match &claim.outcome {
                    ClaimOutcome::Credited if claim.in_catalog => { span .unseen { " (credited)" } (disputed_by(self.disputes, &line.company, &claim.name)) }
                    ClaimOutcome::Credited => { " " small { "counted apart, not in the catalog" } }
                    ClaimOutcome::Repeated => { " " small { "already credited by an earlier row" } }
                    ClaimOutcome::CreditedTo(credited) => { " " small { (messages::credited_to_phrase(credited, &self.now)) (dispute_link(self.disputes, &line.id, &claim.name)) } }
                    ClaimOutcome::NotCounted => { " " small { "not counted" } }
                }
            }
        }
    }
}

/// Separator before a part of an enumeration.
fn separator(index: usize, parts: usize) -> &'static str {
    match index {
        0 => ": ",
        last if last + 1 == parts => " and ",
        _ => ", ",
    }
}

/// Select field of the outcome filter.
fn outcome_field(chosen: Option<OutcomeFilter>) -> Markup {
    html! {
        div .field {
            label for="outcome" { "Outcome" }
            select #outcome name="outcome" {
                option value="" { "Any" }
                @for outcome in OutcomeFilter::ALL {
                    option value=(outcome.name()) selected[chosen == Some(outcome)] { (outcome.label()) }
                }
            }
        }
    }
}

fn status(line: &ClaimRow) -> Markup {
    html! {
        @if line.status == SubmissionStatus::Received { (line.status) } @else { span .tag { (line.status) } }
        @if !line.note.is_empty() { " " small { bdi { (line.note) } } }
    }
}
