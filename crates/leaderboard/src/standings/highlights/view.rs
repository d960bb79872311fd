//! View of the highlights below the ranking: team goal, most improved, first of the week, credits per day.

use domain::period::Period;
use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    chart::{bar, days},
    date_time::{self, local},
    formatting::{count, group_thousands, join_names},
    table::{cell, number, row, table, text},
};

use crate::{
    claims::list::{OutcomeFilter, link::ClaimsLink},
    history::as_of::AsOf,
    standings::{
        goal::GoalProgress,
        highlights::{DailyCredits, FirstOfWeek, Highlights, MostImproved},
    },
    ui::drill_down::{CountedQuantity, drill_down_cell, drill_down_link, drill_down_text, plain_figure},
};

/// Renders the section. In a historical view, links lead to the claims at that moment.
pub(crate) fn section(highlights: &Highlights, past: Option<&AsOf>, now: &Zoned) -> Markup {
    let within = |period: Period| ClaimsLink::within(period).as_of(past);
    html! {
        section .highlights aria-labelledby="highlights" data-live="highlights" {
            h2 #highlights { "Highlights" }
            @if let Some(team) = &highlights.team { (goal(team, &within)) }
            @if highlights.most_improved.is_some() || highlights.first_of_week.is_some() {
                dl .facts {
                    @if let Some(improved) = &highlights.most_improved { (most_improved(improved, &within)) }
                    @if let Some(first) = &highlights.first_of_week { (first_of_week(first, &within, now)) }
                }
            }
            @if !highlights.per_day.is_empty() { (per_day(&highlights.per_day, &within, now)) }
        }
    }
}

/// The goal in words: `87 of 120 integrations this month, 9 days left`.
pub(crate) fn format_goal(team: &GoalProgress, within: &impl Fn(Period) -> ClaimsLink) -> Markup {
    let claims = within(team.period).with_outcome(OutcomeFilter::Credited).address();
    let rest = format!(
        " of {} this {}, {} left",
        count(team.goal.integrations.get(), "integration", "integrations"),
        team.goal.every.name(),
        count(team.days_left, "day", "days"),
    );
    html! {
        (drill_down_text(CountedQuantity::Claims, &claims, &group_thousands(team.reached)))
        (plain_figure("goal", &html! { (rest) }))
    }
}

fn goal(team: &GoalProgress, within: &impl Fn(Period) -> ClaimsLink) -> Markup {
    let target = team.goal.integrations.get();
    html! {
        p .goal {
            "Team goal: " (format_goal(team, within))
            @if team.reached >= target { ". Reached!" } @else { "." }
            (bar(team.reached, target))
        }
    }
}

fn most_improved(improved: &MostImproved, within: &impl Fn(Period) -> ClaimsLink) -> Markup {
    let names: Vec<&str> = improved.csms.iter().map(|csm| csm.csm.as_str()).collect();
    html! {
        div {
            dt { "Most improved" }
            dd {
                bdi { (join_names(&names)) } ": " (plain_figure("gain", &html! { "+" (improved.gain) }))
                small {
                    @for (index, csm) in improved.csms.iter().enumerate() {
                        @if index > 0 { "; " }
                        @let claims = within(improved.period).of_csm(&csm.csm).with_outcome(OutcomeFilter::Credited);
                        (drill_down_link(CountedQuantity::Claims, &claims.address(), &html! { (count(csm.points, "point", "points")) }))
                        @if improved.csms.len() > 1 { " of " bdi { (csm.csm) } }
                    }
                    " in seven days, against the seven before"
                }
            }
        }
    }
}

fn first_of_week(first: &FirstOfWeek, within: &impl Fn(Period) -> ClaimsLink, now: &Zoned) -> Markup {
    let at = local(first.at, now).strftime("%A, %H:%M").to_string();
    let claims = within(first.week).of_csm(&first.csm).of_company(&first.company);
    html! {
        div {
            dt { "First this week" }
            dd {
                bdi { (first.csm) }
                small { a href=(claims.address()) { bdi { (first.company) } } ", " time datetime=(first.at) { (at) } }
            }
        }
    }
}

fn per_day(daily_credits: &[DailyCredits], within: &impl Fn(Period) -> ClaimsLink, now: &Zoned) -> Markup {
    let values: Vec<u32> = daily_credits.iter().map(|day| day.integrations).collect();
    let columns = [
        text("Day").telling("day"),
        number("Claims").counting(CountedQuantity::Rows.name()),
        number("Integrations").counting(CountedQuantity::Claims.name()),
    ];
    let rows: Vec<Markup> = daily_credits
        .iter()
        .rev()
        .map(|day| day_row(day, within, now))
        .collect();
    html! {
        h3 { "Integrations per day" }
        div .days-drawing {
            (days(&values))
            @if let [first, .., last] = daily_credits {
                p .days-scale aria-hidden="true" {
                    @for day in [first.day, last.day] { (plain_figure("day", &html! { (date_time::day(day, now.date())) })) }
                }
            }
        }
        details {
            summary { "The same as a table" }
            div .day-table { (table("Claims and credited integrations of each day", &columns, &rows)) }
        }
    }
}

fn day_row(day: &DailyCredits, within: &impl Fn(Period) -> ClaimsLink, now: &Zoned) -> Markup {
    let with_outcome = |outcome| within(day.period()).with_outcome(outcome).address();
    let (counting, credited) = (
        with_outcome(OutcomeFilter::Counting),
        with_outcome(OutcomeFilter::Credited),
    );
    row(
        0,
        &[
            cell("name", html! { (date_time::day(day.day, now.date())) }),
            cell("number", drill_down_cell(&counting, day.claims, "claim", "claims")),
            cell(
                "number",
                drill_down_cell(&credited, day.integrations, "integration", "integrations"),
            ),
        ],
    )
}
