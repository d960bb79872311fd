//! The page of findings.

use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    finding::{Effect, Finding},
    page::{
        Frame, Page,
        table::{cell, row, table, text},
        wording::count,
    },
};

/// Where the page is.
pub const FINDINGS: &str = "/findings";

/// Everything the page of findings shows.
#[derive(Clone, Debug)]
pub struct FindingsPage<'a> {
    /// Cells of the spreadsheet, in the order to show.
    pub cells: &'a [Finding],
    /// Lines of files that the program reads, in the order to show.
    pub lines: &'a [LineProblem],
}

/// A line of a file that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineProblem {
    /// Name of the file, such as `integrations.txt`.
    pub file: String,
    /// Line number, 1 for the first.
    pub line: u32,
    /// What is wrong and what would be right, in one sentence.
    pub reason: String,
}

impl FindingsPage<'_> {
    /// The whole document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            h1 { "Findings" }
            @if self.cells.is_empty() && self.lines.is_empty() {
                p .lead { "Every cell could be read. Nothing is missing from the boards." }
            } @else {
                p .lead { "These places could not be read as they are. Mend them where they stand; the boards follow within seconds." }
                @if !self.cells.is_empty() { (self.cells_section()) }
                @if !self.lines.is_empty() { (self.lines_section()) }
            }
        };
        frame.document(Page {
            title: "Findings",
            address: FINDINGS,
            scripts: &[],
            main,
        })
    }

    fn cells_section(&self) -> Markup {
        let found = u32::try_from(self.cells.len()).unwrap_or(u32::MAX);
        let rows: Vec<Markup> = self.cells.iter().map(cell_row).collect();
        let columns = [
            text("Where"),
            text("What stands there"),
            text("What is wrong"),
            text("Effect"),
        ];
        html! {
            section aria-labelledby="cells" {
                h2 #cells { "In the spreadsheet: " (count(found, "cell", "cells")) }
                div .findings { (table("Cells that could not be read", &columns, &rows)) }
            }
        }
    }

    fn lines_section(&self) -> Markup {
        let found = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        let rows: Vec<Markup> = self.lines.iter().map(line_row).collect();
        html! {
            section aria-labelledby="lines" {
                h2 #lines { "In files: " (count(found, "line", "lines")) }
                div .findings { (table("Lines that were left out", &[text("Where"), text("What is wrong")], &rows)) }
            }
        }
    }
}

fn cell_row(finding: &Finding) -> Markup {
    let cells = [
        cell(
            "name",
            html! {
                a href=(finding.link) { (finding.tab) ", row " (finding.row) ", " (finding.column) }
            },
        ),
        cell(
            "what",
            html! {
                @if finding.value.is_empty() { span .hint { "(empty)" } } @else { code { bdi { (finding.value) } } }
            },
        ),
        cell("reason", html! { (finding.reason) }),
        cell("detail", html! { span .tag { (effect(finding.effect)) } }),
    ];
    row(0, &cells)
}

fn line_row(problem: &LineProblem) -> Markup {
    let cells = [
        cell("name", html! { (problem.file) ", line " (problem.line) }),
        cell("reason", html! { (problem.reason) }),
    ];
    row(0, &cells)
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::RowExcluded => "row not counted",
        Effect::CountedApart => "counted apart",
        Effect::Counted => "counted",
    }
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;
    use crate::page::Entry;

    fn document(cells: &[Finding], lines: &[LineProblem]) -> Html {
        let frame = Frame {
            navigation: vec![Entry::new("Findings", FINDINGS)],
            action: Entry::new("Claim integrations", "/leaderboard/submit"),
            freshness: None,
            language: crate::language::Language::English,
            board: None,
        };
        Html::parse_document(&FindingsPage { cells, lines }.document(&frame))
    }

    fn texts(page: &Html, selector: &str) -> Vec<String> {
        page.select(&Selector::parse(selector).expect("selector"))
            .map(|element| element.text().collect::<String>().trim().to_owned())
            .collect()
    }

    #[test]
    fn each_finding_leads_to_its_cell_and_what_stands_there_is_only_text() {
        let value = "<script>alert(1)</script>";
        let finding = Finding {
            tab: "submissions",
            row: 14,
            column: "submitted_at",
            value: value.to_owned(),
            reason: "This is not a date.".to_owned(),
            effect: Effect::RowExcluded,
            link: "https://docs.google.com/spreadsheets/d/x/edit#gid=0&range=B14".to_owned(),
        };
        let problem = LineProblem {
            file: "integrations.txt".to_owned(),
            line: 12,
            reason: value.to_owned(),
        };
        let page = document(std::slice::from_ref(&finding), &[problem]);
        assert_eq!(
            texts(&page, "th.name"),
            ["submissions, row 14, submitted_at", "integrations.txt, line 12"]
        );
        assert_eq!(texts(&page, "code"), [value]);
        assert_eq!(texts(&page, ".tag"), ["row not counted"]);
        assert!(texts(&page, "script").is_empty());
        let selector = Selector::parse("th.name a").expect("selector");
        let link = page.select(&selector).next().expect("link");
        assert_eq!(link.attr("href"), Some(finding.link.as_str()));
    }

    #[test]
    fn nothing_found_is_said_in_so_many_words() {
        let page = document(&[], &[]);
        assert!(texts(&page, ".lead")[0].starts_with("Every cell could be read."));
        assert!(texts(&page, "table").is_empty());
    }
}
