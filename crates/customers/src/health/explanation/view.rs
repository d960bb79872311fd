//! Score explanation section: components, penalties, changes and recommended action.

use domain::{json_decimal::JsonDecimal, language::UNKNOWN_VALUE};
use jiff::Zoned;
use maud::{Markup, html};
use rust_decimal::Decimal;
use web::page::{
    date_time,
    formatting::count,
    table::{cell, number, row, table, text},
};

use crate::{
    health::explanation::answers::{
        CancelMentionResponse, ComponentResponse, PenaltyResponse, ScoreChangesResponse, ScoreExplanation,
    },
    ui::format,
};

/// The section.
pub fn explanation_section(health: &ScoreExplanation, customer: &str, now: &Zoned) -> Markup {
    html! {
        (advice_section(health))
        section .why-score aria-labelledby="why" {
            h2 #why { "Why " (health.score) }
            (lines(health, now))
            p .hint {
                "Computed on " (health.coverage_percent.decimal().round()) "% of the formula, version " (health.formula)
                "; what is missing is not zero: its weight is spread over the rest."
            }
            (mentions(&health.cancel_mentions, customer, now))
        }
        (changed(&health.changes))
    }
}

fn advice_section(health: &ScoreExplanation) -> Markup {
    html! {
        @if health.action.is_some() || health.lift.is_some() {
            div .advice {
                @if let Some(action) = health.action { p { strong { "Do first: " } (action) } }
                @if let Some(lift) = &health.lift {
                    p { "If " (lift.remedy) ", the score is " strong { (lift.score) } ": " (format::band_label(format::parse_health_filter(lift.band)).to_lowercase()) "." }
                }
            }
        }
    }
}

fn signed(points: JsonDecimal) -> String {
    let sign = if points.decimal() > Decimal::ZERO { "+" } else { "" };
    format!("{sign}{}", shown(points)).replace('-', "−")
}

fn shown(points: JsonDecimal) -> String {
    points.decimal().round_dp(1).normalize().to_string()
}

fn lines(health: &ScoreExplanation, now: &Zoned) -> Markup {
    let columns = [
        text("Component"),
        text("What is known"),
        number("Points"),
        text("Of its maximum"),
        text("Source"),
    ];
    let mut rows: Vec<Markup> = health.lines.iter().map(|line| component(line, now)).collect();
    rows.extend(health.penalties.iter().map(|lost| penalty(lost, now)));
    for (name, points) in [("Kept within 0 and 100", health.clamped), ("Rounding", health.rounded)] {
        if !points.decimal().is_zero() {
            rows.push(correction(name, points));
        }
    }
    html! { div .bars { (table("Why this score", &columns, &rows)) } }
}

fn source_note(sources: &[String], at: Option<jiff::Timestamp>, now: &Zoned) -> Markup {
    html! {
        (sources.join(", "))
        @if let Some(at) = at { " " small { (date_time::relative_time(at, now)) } }
    }
}

fn component(line: &ComponentResponse, now: &Zoned) -> Markup {
    let fact = match (&line.fact, line.missing) {
        (Some(fact), _) => html! { (fact) },
        (None, missing) => html! { span .missing { "Missing: " (missing.unwrap_or("nobody tells")) } },
    };
    let points = match line.fact {
        Some(_) => html! { (shown(line.points)) " " small { "of " (shown(line.maximum)) } },
        None => html! { (UNKNOWN_VALUE) },
    };
    row(
        0,
        &[
            cell("name", html! { (line.name) }),
            cell("reason", fact),
            cell("number", points),
            cell("measure", format::bar(line.points.decimal(), line.maximum.decimal())),
            cell("detail", source_note(&line.sources, line.at, now)),
        ],
    )
}

fn penalty(lost: &PenaltyResponse, now: &Zoned) -> Markup {
    row(
        0,
        &[
            cell("name", html! { (lost.name) }),
            cell("reason", html! { bdi { (lost.fact) } }),
            cell("number late", html! { "−" (shown(lost.points)) }),
            cell("measure", html! {}),
            cell("detail", source_note(std::slice::from_ref(&lost.source), lost.at, now)),
        ],
    )
}

fn correction(name: &str, points: JsonDecimal) -> Markup {
    let points = format!(
        "{}{}",
        if points.decimal() > Decimal::ZERO { "+" } else { "" },
        points.decimal().normalize()
    );
    row(
        0,
        &[
            cell("name detail", html! { (name) }),
            cell("reason", html! {}),
            cell("number detail", html! { (points.replace('-', "−")) }),
            cell("measure", html! {}),
            cell("detail", html! {}),
        ],
    )
}

fn mentions(mentions: &[CancelMentionResponse], customer: &str, now: &Zoned) -> Markup {
    html! {
        @if !mentions.is_empty() {
            h3 { "What was said about leaving" }
            ul .mentions {
                @for mention in mentions {
                    li {
                        blockquote { "“" bdi { (mention.quote) } "” " small { (mention.source) ", " (date_time::day_of(mention.at, now)) } }
                        form method="post" action={ "/customers/sentences/" (mention.id) "/dismiss" } {
                            input type="hidden" name="customer" value=(customer);
                            button .quiet type="submit" { "Not a cancellation" }
                        }
                    }
                }
            }
        }
    }
}

fn changed(changes: &[ScoreChangesResponse]) -> Markup {
    html! {
        section aria-labelledby="changed" {
            h2 #changed { "What changed" }
            @if changes.is_empty() { p .hint { "The history of this score is younger than a week." } }
            @for since in changes {
                p {
                    "Since " (count(u32::from(since.days), "day", "days")) " ago: "
                    strong { (signed(JsonDecimal::new(Decimal::from(since.gained)))) }
                    ", from " (since.then) "."
                    @for (index, part) in since.parts.iter().enumerate() {
                        (if index == 0 { " " } else { ", " }) (part.name) " " (signed(part.gained))
                    }
                    @if let Some(formula) = &since.other_formula { " Scored by version " (formula) " of the formula then, so the points do not compare." }
                }
            }
        }
    }
}
