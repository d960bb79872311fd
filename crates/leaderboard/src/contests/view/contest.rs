//! View of one contest: its frozen or current result, and its details.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    Frame, Page, chart, date_time,
    field::{FormValue, Necessity, TextField},
    formatting::join_names,
    notice::{alert, notice},
    table::{cell, number, row, table, text},
};

use crate::{
    assets,
    contests::{
        contest::{Contest, ContestPhase},
        points::ContestPoints,
        report::{ContestPlace, ContestReport, FrozenSummary, RankShift, RulesProposal},
        scoring::{ContestScores, ContestStanding},
        view::rules::{counting_rule_sentence, credit_rule_sentence},
    },
    history::{as_of::AsOf, notice::past_notice},
    routes::{CONFIRM_RULES, CONTESTS, LIVE, PointsBasis, RULES, adding, contest_address, points_address, with_query},
    ui::{
        downloads::download_links,
        drill_down::{CountedQuantity, drill_down_cell, drill_down_text},
    },
};

/// Data of the contest page.
#[derive(Clone, Debug)]
pub struct ContestPage<'a> {
    /// Contest and its standings.
    pub report: &'a ContestReport,
    /// Moment of a historical view; `None` for now.
    pub past: Option<AsOf>,
    /// Edition id for the event stream; `None` for a page that looks back and opens no stream.
    pub edition: Option<String>,
    /// Text typed to confirm a change of the rules.
    pub confirmation: FormValue,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

impl ContestPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let report = self.report;
        let address = self.address();
        let main = html! {
            div .contest data-stream=[self.edition.as_ref().map(|_| LIVE)] data-edition=[&self.edition] { (self.content(&address)) }
            p .news role="status" data-announce {}
        };
        let scripts = [&assets::SHARE_SCRIPT, &web::assets::LIVE_SCRIPT, &assets::NEWS_SCRIPT];
        frame.document(Page {
            title: &report.contest.name,
            address: &address,
            scripts: if self.past.is_some() { &scripts[..1] } else { &scripts },
            main,
        })
    }

    /// Path and query of the page.
    fn address(&self) -> String {
        let address = contest_address(&self.report.contest.name);
        self.past
            .map_or_else(|| address.clone(), |past| adding(&address, "as_of", &past.parameter()))
    }

    fn content(&self, address: &str) -> Markup {
        let report = self.report;
        html! {
            h1 { bdi { (report.contest.name) } }
            (past_notice(self.past.as_ref(), &self.now))
            div data-live="lead" {
                p .lead { (self.headline()) }
                p .countdown data-figure="time left" { (countdown(report, &self.now)) }
            }
            (facts(&report.contest, &self.now))
            @match &report.frozen {
                Some(frozen) => { (self.frozen(frozen, address)) (self.corrected(address)) }
                None => (self.standing(address)),
            }
            @if let Some(proposal) = report.proposed.as_ref().filter(|_| self.past.is_none()) { (self.proposed(proposal)) }
            (crate::ui::share::share(address))
            p .hint { a href=(CONTESTS) { "Every contest" } }
        }
    }

    fn frozen(&self, frozen: &FrozenSummary, address: &str) -> Markup {
        html! {
            section aria-labelledby="final" {
                div .heading { h2 #final { "Final result" } (download_links(address, "Final result")) }
                @if !frozen.intact {
                    (alert(&html! {
                        p { "This result was changed in the spreadsheet after it was frozen. The tab audit_log tells what and when." }
                    }))
                }
                p .hint {
                    "Frozen on " (date_time::timestamp_element(frozen.frozen_at, &self.now))
                    ". It stands still, whatever happens to the claims later."
                }
                (contest_standings_table(&frozen.scores, "Final result", &self.link(PointsBasis::At(frozen.frozen_at))))
            }
        }
    }

    /// Differences between the frozen result and the current rows; empty without any.
    fn corrected(&self, address: &str) -> Markup {
        let report = self.report;
        html! {
            section aria-labelledby="corrected" {
                @if report.corrections.is_empty() {
                    p .hint #corrected { "Nothing was corrected since: the claims still give this result." }
                } @else {
                    div .heading {
                        h2 #corrected { "Corrected standings" }
                        (download_links(&adding(address, "table", "corrected"), "Corrected standings"))
                    }
                    p { "What the claims give after the corrections made since. The final result above stays as it is." }
                    ul .shifts { @for shift in &report.corrections { li { (self.shift(shift)) } } }
                    (contest_standings_table(&report.current, "Corrected standings", &self.link(self.displayed_claims())))
                }
            }
        }
    }

    fn standing(&self, address: &str) -> Markup {
        let heading = match self.report.phase {
            ContestPhase::Upcoming => "Not begun",
            ContestPhase::Running => "Standings now",
            ContestPhase::Over => "Standings at the end",
        };
        html! {
            section aria-labelledby="standing" data-live="standing" {
                div .heading { h2 #standing { (heading) } (download_links(address, "Standings")) }
                @if self.report.phase == ContestPhase::Over {
                    p .hint { "The contest is over. The result is frozen in a moment." }
                }
                (contest_standings_table(&self.report.current, "Standings", &self.link(self.displayed_claims())))
            }
        }
    }

    fn proposed(&self, proposal: &RulesProposal) -> Markup {
        let (contest, rules) = (&self.report.contest, proposal.scores.rules);
        let label = format!("Type “{}” to put the changed rule in force", proposal.confirm_by_typing);
        let field = TextField {
            name: "rule",
            label: &label,
            hint: "Until then the rule in force decides.",
            typed: &self.confirmation,
            suggestions: &[],
            necessity: Necessity::Required,
            longest: Some(40),
            autocomplete: "off",
        };
        html! {
            section aria-labelledby="proposed" {
                h2 #proposed { "With the changed rule" }
                (notice(&html! {
                    p {
                        "The tab contests now says " strong { (rules) } ", the rule in force is " strong { (contest.rules) } ". "
                        "Both results are shown until the change is confirmed."
                    }
                }))
                p { (credit_rule_sentence(rules.credit)) " " (counting_rule_sentence(rules.counting)) }
                (contest_standings_table(&proposal.scores, "With the changed rule", &self.link(PointsBasis::Proposed)))
                form .narrow method="post" action=(CONFIRM_RULES) {
                    input type="hidden" name="contest" value=(contest.name);
                    (field.markup())
                    p .ways { button .quiet type="submit" { "Confirm" } }
                }
            }
        }
    }

    /// Moment of the claims behind the standings: now or that of a historical view.
    fn displayed_claims(&self) -> PointsBasis {
        self.past.map_or(PointsBasis::Now, |past| PointsBasis::At(past.instant))
    }

    /// Address builder for the numbers of a CSM.
    fn link(&self, earned: PointsBasis) -> impl Fn(&str) -> String + '_ {
        move |csm: &str| points_address(&self.report.contest.name, csm, earned)
    }

    /// `Kate wins with 15 points.`, `Kate and Manny lead with 7 1/2 points each and would share the prize.`
    fn headline(&self) -> Markup {
        let report = self.report;
        let (scores, earned) = match &report.frozen {
            Some(frozen) => (&frozen.scores, PointsBasis::At(frozen.frozen_at)),
            None => (&report.current, self.displayed_claims()),
        };
        let winners = scores.winners();
        let Some(best) = scores.standings.first().filter(|_| !winners.is_empty()) else {
            return match report.phase {
                ContestPhase::Upcoming => html! { "It has not begun." },
                ContestPhase::Running => html! { "Nobody has a point yet." },
                ContestPhase::Over => html! { "Nobody has a point." },
            };
        };
        let points = drill_down_text(
            CountedQuantity::Points,
            &self.link(earned)(&best.csm),
            &format_points(&best.points),
        );
        let (one, several, share) = match report.phase {
            ContestPhase::Over => ("wins", "win", " They share the prize."),
            _ => ("leads", "lead", " They would share the prize."),
        };
        let share = Some(share).filter(|_| !report.contest.prize.is_empty());
        match winners.as_slice() {
            [only] => html! { bdi { (only) } " " (one) " with " (points) "." },
            several_win => {
                html! { bdi { (join_names(several_win)) } " " (several) " with " (points) " each." (share.unwrap_or_default()) }
            }
        }
    }

    /// `Manny 15 → 14, rank 1 → 2`; the points link to the claims of the frozen result and of the current one.
    fn shift(&self, shift: &RankShift) -> Markup {
        let frozen_at = self.report.frozen.as_ref().map(|frozen| frozen.frozen_at);
        let then = frozen_at.map_or(PointsBasis::Now, PointsBasis::At);
        let points = |place: &Option<ContestPlace>, earned: PointsBasis| match place {
            Some(place) => drill_down_text(
                CountedQuantity::Points,
                &self.link(earned)(&shift.csm),
                &place.points.to_string(),
            ),
            None => html! { "not listed" },
        };
        html! {
            bdi { (shift.csm) } " " (points(&shift.before, then)) " → " (points(&shift.after, self.displayed_claims()))
            span data-figure="rank" { (format_rank_change(shift)) }
        }
    }
}

/// `3 days 4 h left: it ends with 31 March, 23:59:59.999 in Europe/Paris.`
fn countdown(report: &ContestReport, now: &Zoned) -> Markup {
    let contest = &report.contest;
    let today = now.date();
    let ends = format!(
        "{}, 23:59:59.999 in {}",
        date_time::day(contest.end, today),
        contest.zone_name()
    );
    html! {
        @match (report.phase, report.seconds_left) {
            (ContestPhase::Upcoming, Some(seconds)) => {
                strong { "Begins in " (date_time::duration(seconds)) } ", on " (date_time::day(contest.start, today)) " in " (contest.zone_name()) "."
            }
            (ContestPhase::Running, Some(seconds)) => { strong { (date_time::duration(seconds)) " left" } ": it ends with " (ends) "." }
            _ => { "It ended with " (ends) "." }
        }
    }
}

fn facts(contest: &Contest, now: &Zoned) -> Markup {
    let day = |day| date_time::day(day, now.date());
    let days = format!("{} to {}", day(contest.start), day(contest.end));
    html! {
        dl .facts {
            div { dt { "Days" } dd data-figure="day" { (days) } }
            div { dt { "Time zone" } dd { (contest.zone_name()) } }
            div { dt { "Prize" } dd { @if contest.prize.is_empty() { "not named" } @else { bdi { (contest.prize) } } } }
            div {
                dt { "Rules" }
                dd { a href=(with_query(RULES, &[("contest", &contest.name)])) { (contest.rules.credit.as_str()) ", " (contest.rules.counting.as_str()) } }
            }
        }
    }
}

/// `1 point`, `7 1/2 points`.
pub(crate) fn format_points(points: &ContestPoints) -> String {
    format!("{points} {}", if points.is_one() { "point" } else { "points" })
}

/// `, rank 1 → 2`; empty when the rank is unchanged.
fn format_rank_change(shift: &RankShift) -> String {
    match (&shift.before, &shift.after) {
        (Some(before), Some(after)) if before.rank != after.rank => format!(", rank {} → {}", before.rank, after.rank),
        _ => String::new(),
    }
}

/// Result table; each number links to the claims behind it.
pub(crate) fn contest_standings_table(scores: &ContestScores, caption: &str, link: &impl Fn(&str) -> String) -> Markup {
    let standings = &scores.standings;
    if standings.is_empty() {
        return html! { p .nothing { "Nobody has claimed anything within these days that counts." } };
    }
    let columns = [
        number("Rank").telling("rank"),
        text("CSM"),
        text("Points").counting(CountedQuantity::Points.name()),
        number("Integrations").counting(CountedQuantity::Earnings.name()),
        number("Companies").counting(CountedQuantity::EarningCompanies.name()),
        number("Reached"),
    ];
    let highest = standings.first().map(|best| best.points.clone()).unwrap_or_default();
    let rows: Vec<Markup> = standings
        .iter()
        .map(|standing| {
            let address = link(&standing.csm);
            let tied = standings.iter().filter(|other| other.rank == standing.rank).count() > 1;
            let cells = [
                cell(
                    "rank",
                    html! { (standing.rank) @if tied { span aria-hidden="true" { "=" } span .unseen { " (tied)" } } },
                ),
                cell("name", html! { bdi { (standing.csm) } }),
                cell("measure", html! { div { (points_cell(standing, &address)) (chart::bar(standing.points.share_of(&highest), 10_000)) } }),
                cell("detail", drill_down_cell(&address, standing.integrations, "integration", "integrations")),
                cell("detail", drill_down_cell(&address, standing.companies, "company", "companies")),
                cell("detail", reached(standing)),
            ];
            row(1, &cells)
        })
        .collect();
    html! { div .ranking.exact { (table(caption, &columns, &rows)) } }
}

fn points_cell(standing: &ContestStanding, address: &str) -> Markup {
    let unit = if standing.points.is_one() { "point" } else { "points" };
    html! { a href=(address) { (standing.points) span { " " (unit) } } }
}

fn reached(standing: &ContestStanding) -> Markup {
    html! {
        @match standing.reached_at {
            Some(at) => { span .unit { "reached " } time datetime=(at) { (at.strftime("%-d %b")) } }
            None => { span .blank aria-hidden="true" { "–" } }
        }
    }
}
