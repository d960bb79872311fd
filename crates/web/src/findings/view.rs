//! View of the findings page.

use jiff::Zoned;
use maud::{Markup, html};
use sheets_store::finding::{Effect, Finding};

use crate::{
    assets,
    findings::{
        board_findings::{LineProblem, NamedRows, NearNames},
        inbox::{FILE_LINES, FindingGroup, FindingsInbox, NEAR_NAMES, SHEET_EDITS},
        sheet_edits::SheetEdit,
    },
    page::{
        Frame, Page,
        date_time::timestamp_element,
        formatting::{count, group_thousands},
        table::{cell, number, row, table, text},
    },
    routes::FINDINGS,
};

/// Content of the findings page.
#[derive(Clone, Debug)]
pub struct FindingsPage<'a> {
    /// Data issues in groups.
    pub inbox: &'a FindingsInbox<'a>,
    /// Time of the last read, in the configured time zone.
    pub now: &'a Zoned,
}

impl FindingsPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let address = self.inbox.alone.map_or(FINDINGS.to_owned(), group_address);
        let main = html! {
            h1 { "Findings" }
            @if self.inbox.count == 0 {
                p .lead { "Every cell could be read. Nothing is missing from the boards." }
            } @else {
                p .lead { "These places deserve a look. Mend them where they stand; the boards follow within seconds." }
            }
            @if self.inbox.alone.is_some() { p { a href=(FINDINGS) { "See all findings" } } }
            @if !self.inbox.groups.is_empty() { (self.overview()) }
            @for group in self.inbox.groups.iter().filter(|group| self.inbox.alone.is_none_or(|alone| alone == group.name)) {
                (self.section(group))
            }
        };
        frame.styled(&assets::FINDINGS_STYLESHEET).document(Page {
            title: "Findings",
            address: &address,
            scripts: &[],
            main,
        })
    }

    fn overview(&self) -> Markup {
        let rows: Vec<Markup> = self.inbox.groups.iter().map(overview_row).collect();
        let columns = [text("What"), number("How many"), text("Effect on the totals")];
        html! {
            div .heading {
                p .hint { "Changes in the spreadsheet itself are listed for the record and need nothing." }
                p .downloads {
                    @for (format, label) in [("csv", "CSV"), ("xlsx", "Excel"), ("json", "JSON")] {
                        a href={ (FINDINGS) "?format=" (format) } { (label) span .unseen { ": Findings" } } " "
                    }
                }
            }
            div .inbox { (table("What was found, in groups", &columns, &rows)) }
        }
    }

    fn section(&self, group: &FindingGroup) -> Markup {
        let most = self.inbox.max_listed();
        html! {
            section aria-labelledby=(group.name) {
                h2 #(group.name) tabindex="-1" { (group.title) }
                @match group.name {
                    NEAR_NAMES => (names(self.inbox, most)),
                    FILE_LINES => (files(self.inbox.lines, most)),
                    SHEET_EDITS => (self.edits(most)),
                    name => (cells(self.inbox, name, most)),
                }
                @if group.count as usize > most {
                    @if self.inbox.alone.is_none() {
                        p {
                            "The first " (number_of(most)) " of " (number_of(group.count as usize)) ". "
                            a href=(group_address(group.name)) { "See more of them" }
                        }
                    } @else {
                        (self.pager(group))
                        p { a href={ (group_address(group.name)) "&format=csv" } { "All of them as CSV" } }
                    }
                }
            }
        }
    }

    fn pager(&self, group: &FindingGroup) -> Markup {
        let page = self.inbox.page;
        let (number, pages) = (page.number(), page.pages(group.count as usize));
        let at = |number: usize| format!("{}&page={number}", group_address(group.name));
        html! {
            nav .pager aria-label="Pages" {
                @if number > 1 { a .quiet rel="prev" href=(at(number.min(pages + 1) - 1)) { "Before" } }
                span data-figure="page" { "Page " (number) " of " (pages) }
                @if number < pages { a .quiet rel="next" href=(at(number + 1)) { "Next" } }
            }
        }
    }

    fn edits(&self, most: usize) -> Markup {
        let columns = [
            text("When"),
            text("Where"),
            text("Before"),
            text("Since"),
            text("Audit log"),
        ];
        let rows: Vec<Markup> = self.inbox.edits.iter().take(most).map(|edit| self.edit(edit)).collect();
        html! { div .findings { (table("Changes outside the program", &columns, &rows)) } }
    }

    fn edit(&self, edit: &SheetEdit) -> Markup {
        let value = |text: &str| html! { @if text.is_empty() { span .hint { "(empty)" } } @else { bdi { (text) } } };
        let cells = [
            cell("when", timestamp_element(edit.at, self.now)),
            cell(
                "name",
                html! { bdi { (edit.tab) } " " (edit.action) " " bdi { (edit.column) } " " small { bdi { (edit.row) } } },
            ),
            cell("what", value(&edit.old)),
            cell("what", value(&edit.new)),
            cell("detail", html! { a href=(edit.link) { "Open the line" } }),
        ];
        row(1, &cells)
    }
}

/// Address of the page with a single group.
pub fn group_address(name: &str) -> String {
    format!("{FINDINGS}?kind={name}")
}

fn overview_row(group: &FindingGroup) -> Markup {
    let cells = [
        cell("name", html! { (group.title) }),
        cell(
            "number",
            html! { a .figure href={ (group_address(group.name)) "#" (group.name) } data-counts="findings" { (group_thousands(group.count)) } },
        ),
        cell("detail", html! { (total_effect(group)) }),
    ];
    row(0, &cells)
}

fn total_effect(group: &FindingGroup) -> Markup {
    let figure =
        |amount: u32, one: &str, many: &str| html! { span data-figure="effect" { (count(amount, one, many)) } };
    html! {
        @match (group.rows_excluded, group.counted_apart) {
            (0, 0) if group.name == NEAR_NAMES => "counted as two",
            (0, 0) if group.name == "header" => "the board is closed",
            (0, 0) => "counted as usual",
            (excluded, 0) => { (figure(excluded, "row is", "rows are")) " not counted" }
            (0, apart) => { (figure(apart, "name is", "names are")) " counted apart" }
            (excluded, apart) => {
                (figure(excluded, "row is", "rows are")) " not counted, "
                (figure(apart, "name is", "names are")) " counted apart"
            }
        }
    }
}

fn cells(inbox: &FindingsInbox<'_>, name: &str, most: usize) -> Markup {
    let listed = inbox.cells.iter().filter(|cell| cell.kind.name() == name);
    let rows: Vec<Markup> = listed.take(most).map(|cell| cell_row(cell)).collect();
    let columns = [
        text("Where"),
        text("What stands there"),
        text("What is wrong"),
        text("Proposed"),
        text("Effect"),
    ];
    html! { div .findings { (table("Cells that deserve a look", &columns, &rows)) } }
}

fn cell_row(finding: &Finding) -> Markup {
    let place = html! { (finding.tab) ", row " span data-figure="row" { (finding.row) } ", " (finding.column) };
    let cells = [
        cell("name", html! { a href=(finding.link) { (place) } }),
        cell(
            "what",
            html! {
                @if finding.value.is_empty() { span .hint { "(empty)" } } @else { code { bdi { (finding.value) } } }
            },
        ),
        cell("reason", html! { bdi { (finding.reason) } }),
        cell(
            "proposal",
            html! { @if let Some(proposal) = &finding.proposal { code { bdi { (proposal) } } } @else { span .blank aria-hidden="true" { "–" } } },
        ),
        cell("detail", html! { span .tag { (effect(finding.effect)) } }),
    ];
    row(0, &cells)
}

fn names(inbox: &FindingsInbox<'_>, most: usize) -> Markup {
    let rows: Vec<Markup> = inbox.near_names.iter().take(most).map(name_row).collect();
    let columns = [
        text("This"),
        text("looks like"),
        text("Why"),
        text("Effect of a merge"),
        text("Decide"),
    ];
    html! {
        p { (inbox.near_names_hint) }
        div .findings.names { (table("Names that look alike", &columns, &rows)) }
    }
}

fn name_row(near: &NearNames) -> Markup {
    let cells = [
        cell("name", named(&near.merge)),
        cell("name", html! { (named(&near.keep)) " " span .tag { (near.label) } }),
        cell("reason", html! { (near.reason) }),
        cell("detail", html! { span data-figure="effect" { (near.effect) } }),
        cell("decide", decision(near)),
    ];
    row(0, &cells)
}

fn named(side: &NamedRows) -> Markup {
    html! {
        bdi { (side.name) } " "
        small { a href={ (side.address) "&outcome=counting" } data-counts="rows" { (count(side.rows, "row", "rows")) } }
    }
}

fn decision(near: &NearNames) -> Markup {
    html! {
        form .decision method="post" action=(near.action) {
            input type="hidden" name="kind" value=(near.kind);
            input type="hidden" name="keep" value=(near.keep.name);
            input type="hidden" name="merge" value=(near.merge.name);
            button .quiet type="submit" name="decision" value="merge" { "Use “" bdi { (near.keep.name) } "” for both" }
            button .quiet type="submit" name="decision" value="swap" { "Use “" bdi { (near.merge.name) } "” for both" }
            button .quiet type="submit" name="decision" value="distinct" {
                "They are two" span .unseen { ": " bdi { (near.merge.name) } " and " bdi { (near.keep.name) } }
            }
        }
    }
}

fn files(lines: &[LineProblem], most: usize) -> Markup {
    let rows: Vec<Markup> = lines.iter().take(most).map(line_row).collect();
    html! {
        div .findings { (table("Lines that were left out", &[text("Where"), text("What is wrong")], &rows)) }
    }
}

fn line_row(problem: &LineProblem) -> Markup {
    let cells = [
        cell(
            "name",
            html! { (problem.file) ", line " span data-figure="row" { (problem.line) } },
        ),
        cell("reason", html! { bdi { (problem.reason) } }),
    ];
    row(0, &cells)
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::RowExcluded => "row not counted",
        Effect::CountedApart => "counted apart",
        Effect::Counted => "counted",
        Effect::BoardClosed => "board closed",
    }
}

fn number_of(amount: usize) -> Markup {
    html! { span data-figure="page" { (group_thousands(u32::try_from(amount).unwrap_or(u32::MAX))) } }
}
