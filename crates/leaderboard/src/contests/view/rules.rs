//! View of the rules: the settings in force in words, with computed examples.

use jiff::Zoned;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;
use web::page::{
    Frame, Page, date_time,
    formatting::{count, join_names},
    table::{cell, number, row, table, text},
};

use crate::{
    contests::{
        contest::Contest,
        example::RulesExample,
        rules::{ContestRules, CountingRule, CreditRule},
        scoring::ContestStanding,
    },
    routes::{RULES, contest_address},
};

/// Data of the rules page.
#[derive(Clone, Debug)]
pub struct RulesPage<'a> {
    /// Rules of the standings outside contests.
    pub standing: ContestRules,
    /// Running and upcoming contests with the rules in force and, where staff changed them, the proposed rules.
    pub contests: &'a [RulesInForce],
    /// The same claims scored under each credit rule.
    pub examples: &'a [RulesExample],
    /// Number of companies merged by staff.
    pub aliases: u32,
    /// Number of integrations that earn a point.
    pub integrations: u32,
    /// Time zone of days outside contests.
    pub zone: String,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

/// Rules of a contest.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RulesInForce {
    /// Contest with the rules in force.
    #[serde(flatten)]
    pub contest: Contest,
    /// Rules that staff entered and no person has confirmed.
    pub proposed: Option<ContestRules>,
}

impl RulesPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            h1 { "Rules" }
            p .lead { "This page is made of the settings that are in force. The examples are worked out by the program that counts." }
            (self.in_force())
            (self.what_counts())
            (self.examples())
            (ties())
            (self.time())
            (removals())
            (self.names())
        };
        frame.document(Page {
            title: "Rules",
            address: RULES,
            scripts: &[],
            main,
        })
    }

    fn in_force(&self) -> Markup {
        html! {
            section aria-labelledby="credit" {
                h2 #credit { "Who gets the credit" }
                p { strong { "Standings: " } (credit_rule_sentence(self.standing.credit)) " " (counting_rule_sentence(self.standing.counting)) }
                @for RulesInForce { contest, proposed } in self.contests {
                    p {
                        strong { a href=(contest_address(&contest.name)) { bdi { (contest.name) } } ": " }
                        (credit_rule_sentence(contest.rules.credit)) " " (counting_rule_sentence(contest.rules.counting))
                        @if let Some(proposed) = proposed {
                            " Staff have changed this to " strong { (proposed) } "; both results are shown until the change is confirmed."
                        }
                    }
                }
            }
        }
    }

    fn what_counts(&self) -> Markup {
        let integrations = count(self.integrations, "integration", "integrations");
        html! {
            section aria-labelledby="counts" {
                h2 #counts { "What counts" }
                p {
                    "One company and one integration are worth one point, once. The catalog has " span data-figure="catalog" { (integrations) }
                    "; a name outside it is shown and counted apart, without a point."
                }
                p { "First means the moment at which the server received the claim, to the millisecond. The order of the rows in the spreadsheet means nothing." }
            }
        }
    }

    fn examples(&self) -> Markup {
        html! {
            section aria-labelledby="examples" {
                h2 #examples { "The same claims under each rule" }
                @if let Some(first) = self.examples.first() {
                    ol .lines data-figure="example" { @for claim in &first.claims { li { (claim) } } }
                }
                @for example in self.examples {
                    h3 { (example.rules.credit.as_str()) }
                    p { (credit_rule_sentence(example.rules.credit)) }
                    (example_table(&example.standings))
                }
            }
        }
    }

    fn time(&self) -> Markup {
        html! {
            section aria-labelledby="late" {
                h2 #late { "Days and late claims" }
                p {
                    "The standings count days in " (self.zone) ". A contest counts them in its own zone: from the first instant of its first day to "
                    span data-figure="time" { "23:59:59.999" } " of its last. A claim received later does not count in it, whatever it is about."
                }
                p {
                    "One minute after the end the result is frozen. Later corrections appear below it as corrected standings; the frozen result stays."
                }
                p { "An integration that somebody claimed before the first day earns nothing within it, except under the rule “all” for those who had not claimed it themselves." }
                @for RulesInForce { contest, .. } in self.contests {
                    p data-figure="day" {
                        strong { (contest.name) ": " }
                        (date_time::day(contest.start, self.now.date())) " to " (date_time::day(contest.end, self.now.date())) ", 23:59:59.999 in " (contest.zone_name()) "."
                        @if !contest.prize.is_empty() { " Prize: " (contest.prize) "." }
                    }
                }
            }
        }
    }

    fn names(&self) -> Markup {
        let merged = match self.aliases {
            0 => "No companies are merged by hand.".to_owned(),
            number => format!(
                "{} by hand.",
                count(number, "spelling is merged", "spellings are merged")
            ),
        };
        html! {
            section aria-labelledby="names" {
                h2 #names { "Company names" }
                p {
                    "Capital letters, accents, punctuation and legal forms at the end (Inc., SAS, GmbH …) make no difference: “ACME Inc.” is “Acme”. "
                    "“Acme” and “Acme Europe” are two companies until staff merge them in the tab company_aliases; deleting the line undoes it. " span data-figure="aliases" { (merged) }
                }
            }
        }
    }
}

fn ties() -> Markup {
    html! {
        section aria-labelledby="ties" {
            h2 #ties { "Ties" }
            p { "Equal points share a rank, and the next rank is left out: " span data-figure="example" { "1, 2, 2, 4" } ". Whoever shares the first rank shares the prize." }
            p { "Inside a tie the one who got there first is listed first: the one whose latest earning claim is the earlier one." }
        }
    }
}

fn removals() -> Markup {
    html! {
        section aria-labelledby="removals" {
            h2 #removals { "Removals" }
            p {
                "Staff can set a claim aside with the status rejected or withdrawn. It earns nothing then, and its credit passes to the next claim "
                "that counts. The row stays, with the reason, and every such change is on the page of corrections."
            }
        }
    }
}

/// Credit rule in a sentence.
pub(crate) fn credit_rule_sentence(rule: CreditRule) -> &'static str {
    match rule {
        CreditRule::First => "Whoever claimed an integration of a company first gets the point.",
        CreditRule::Split => {
            "Everybody who claimed the same integration of a company gets an equal part of the point, exact to the fraction."
        }
        CreditRule::All => "Everybody who claimed an integration of a company gets a whole point for it, once.",
    }
}

/// Counting rule in a sentence.
pub(crate) fn counting_rule_sentence(rule: CountingRule) -> &'static str {
    match rule {
        CountingRule::Received => "Claims count as they come in, until staff set one aside.",
        CountingRule::Validated => "Only claims that staff have marked validated count.",
    }
}

fn example_table(standings: &[ContestStanding]) -> Markup {
    let columns = [
        number("Rank").telling("rank"),
        text("CSM"),
        number("Points").telling("example"),
    ];
    let rows: Vec<Markup> = standings
        .iter()
        .map(|standing| {
            let cells = [
                cell("number rank", html! { (standing.rank) }),
                cell("name", html! { (standing.csm) }),
                cell("number", html! { (standing.points) }),
            ];
            row(1, &cells)
        })
        .collect();
    let leaders: Vec<&str> = standings
        .iter()
        .filter(|standing| standing.rank == 1)
        .map(|standing| standing.csm.as_str())
        .collect();
    let caption = format!("Result: {} first", join_names(&leaders));
    html! { div .narrow { (table(&caption, &columns, &rows)) } }
}
