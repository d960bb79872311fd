//! View of the highlights below the ranking: team goal, most improved, first of the week, credits per day.

use jiff::Zoned;
use maud::{Markup, html};

use super::{
    super::{
        claims::Wanted,
        goal::Progress,
        highlights::{Day, FirstOfWeek, Highlights, MostImproved},
        past::AsOf,
        standings::Period,
    },
    address::ClaimsFilter,
    doors::{Counts, door, figure, plain, told},
};
use crate::page::{
    chart::{bar, days},
    moment::{self, local},
    table::{cell, number, row, table, text},
    wording::{count, grouped, listing},
};

/// Renders the section. In a historical view, links lead to the claims at that moment.
pub(super) fn section(highlights: &Highlights, past: Option<&AsOf>, now: &Zoned) -> Markup {
    let within = |period: Period| ClaimsFilter::within(period).as_of(past);
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
pub(super) fn goal_words(team: &Progress, within: &impl Fn(Period) -> ClaimsFilter) -> Markup {
    let claims = within(team.period).that_are(Wanted::Credited).address();
    let rest = format!(
        " of {} this {}, {} left",
        count(team.goal.integrations.get(), "integration", "integrations"),
        team.goal.every.name(),
        count(team.days_left, "day", "days"),
    );
    html! {
        (told(Counts::Claims, &claims, &grouped(team.reached)))
        (plain("goal", &html! { (rest) }))
    }
}

fn goal(team: &Progress, within: &impl Fn(Period) -> ClaimsFilter) -> Markup {
    let wanted = team.goal.integrations.get();
    html! {
        p .goal {
            "Team goal: " (goal_words(team, within))
            @if team.reached >= wanted { ". Reached!" } @else { "." }
            (bar(team.reached, wanted))
        }
    }
}

fn most_improved(improved: &MostImproved, within: &impl Fn(Period) -> ClaimsFilter) -> Markup {
    let names: Vec<&str> = improved.csms.iter().map(|csm| csm.csm.as_str()).collect();
    html! {
        div {
            dt { "Most improved" }
            dd {
                bdi { (listing(&names)) } ": " (plain("gain", &html! { "+" (improved.gain) }))
                small {
                    @for (place, csm) in improved.csms.iter().enumerate() {
                        @if place > 0 { "; " }
                        @let claims = within(improved.period).of_csm(&csm.csm).that_are(Wanted::Credited);
                        (door(Counts::Claims, &claims.address(), &html! { (count(csm.points, "point", "points")) }))
                        @if improved.csms.len() > 1 { " of " bdi { (csm.csm) } }
                    }
                    " in seven days, against the seven before"
                }
            }
        }
    }
}

fn first_of_week(first: &FirstOfWeek, within: &impl Fn(Period) -> ClaimsFilter, now: &Zoned) -> Markup {
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

fn per_day(told: &[Day], within: &impl Fn(Period) -> ClaimsFilter, now: &Zoned) -> Markup {
    let values: Vec<u32> = told.iter().map(|day| day.integrations).collect();
    let columns = [
        text("Day").telling("day"),
        number("Claims").counting(Counts::Rows.name()),
        number("Integrations").counting(Counts::Claims.name()),
    ];
    let rows: Vec<Markup> = told.iter().rev().map(|day| day_row(day, within, now)).collect();
    html! {
        h3 { "Integrations per day" }
        div .days-drawing {
            (days(&values))
            @if let [first, .., last] = told {
                p .days-scale aria-hidden="true" {
                    @for day in [first.day, last.day] { (plain("day", &html! { (moment::day(day, now.date())) })) }
                }
            }
        }
        details {
            summary { "The same as a table" }
            div .day-table { (table("Claims and credited integrations of each day", &columns, &rows)) }
        }
    }
}

fn day_row(day: &Day, within: &impl Fn(Period) -> ClaimsFilter, now: &Zoned) -> Markup {
    let that_are = |wanted| within(day.period()).that_are(wanted).address();
    let (counting, credited) = (that_are(Wanted::Counting), that_are(Wanted::Credited));
    row(
        0,
        &[
            cell("name", html! { (moment::day(day.day, now.date())) }),
            cell("number", figure(&counting, day.claims, ("claim", "claims"))),
            cell(
                "number",
                figure(&credited, day.integrations, ("integration", "integrations")),
            ),
        ],
    )
}
