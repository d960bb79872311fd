//! View of the contest list, with instructions for staff.

use jiff::Zoned;
use maud::{Markup, html};
use schemars::JsonSchema;
use web::page::{
    Frame, Page, date_time,
    table::{cell, number, row, table, text},
};

use crate::{
    contests::contest::{Contest, ContestPhase},
    routes::{CONTESTS, RULES, contest_address},
};

/// Data of the contests page.
#[derive(Clone, Debug)]
pub struct ContestsPage<'a> {
    /// Contests, in display order.
    pub contests: &'a [ListedContest],
    /// Address of the spreadsheet tab.
    pub tab: String,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

/// A contest in the list.
#[derive(Clone, Debug, serde::Serialize, JsonSchema)]
pub struct ListedContest {
    /// Contest with the rules in force.
    #[serde(flatten)]
    pub contest: Contest,
    /// Current phase.
    pub phase: ContestPhase,
    /// Seconds until the start or the end.
    pub seconds_left: Option<i64>,
    /// Whether the result is frozen.
    pub frozen: bool,
    /// Address of its spreadsheet row; `None` when the row was deleted and only the frozen result is left.
    pub link: Option<String>,
}

impl ContestsPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            h1 { "Contests" }
            p .lead { "Days with a prize and " a href=(RULES) { "rules" } " of their own. Once a contest is over its result stands still." }
            @if self.contests.is_empty() { (self.none()) } @else { (self.table()) p .hint { a href=(self.tab) { "Edit the contests in the spreadsheet" } } }
        };
        frame.document(Page {
            title: "Contests",
            address: CONTESTS,
            scripts: &[],
            main,
        })
    }

    fn none(&self) -> Markup {
        html! {
            p { "There is no contest yet." }
            p {
                "Write one into the tab " a href=(self.tab) { "contests" } " of the spreadsheet: a name, the first and the last day, and, "
                "if you like, a time zone (such as Europe/Paris), a prize, who gets the credit (first, split or all) and what counts "
                "(received or validated)."
            }
        }
    }

    fn table(&self) -> Markup {
        let columns = [
            text("Contest").telling("name"),
            text("Days").telling("day"),
            text("Now").telling("time left"),
            text("Prize").telling("prize"),
            text("Rules"),
            number("In the sheet"),
        ];
        let rows: Vec<Markup> = self.contests.iter().map(|listed| self.row(listed)).collect();
        html! { div .contests { (table("Contests", &columns, &rows)) } }
    }

    fn row(&self, listed: &ListedContest) -> Markup {
        let (contest, today) = (&listed.contest, self.now.date());
        let cells = [
            cell(
                "name",
                html! { a href=(contest_address(&contest.name)) { (contest.name) } },
            ),
            cell(
                "detail",
                html! { (date_time::day(contest.start, today)) " to " (date_time::day(contest.end, today)) },
            ),
            cell("state", state(listed)),
            cell("what", html! { (contest.prize) }),
            cell(
                "detail",
                html! { (contest.rules.credit.as_str()) ", " (contest.rules.counting.as_str()) },
            ),
            cell(
                "number link",
                html! { @if let Some(link) = &listed.link { a href=(link) { "Row" span .unseen { " of " bdi { (contest.name) } } } } },
            ),
        ];
        row(0, &cells)
    }
}

fn state(listed: &ListedContest) -> Markup {
    let lasting = date_time::duration(listed.seconds_left.unwrap_or(0));
    html! {
        @match listed.phase {
            ContestPhase::Upcoming => { "begins in " (lasting) }
            ContestPhase::Running => { strong { (lasting) " left" } }
            ContestPhase::Over if listed.frozen => { "over, result frozen" }
            ContestPhase::Over => { "over" }
        }
    }
}
