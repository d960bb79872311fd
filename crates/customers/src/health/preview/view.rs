//! Formula preview page.

use domain::language::UNKNOWN_VALUE;
use maud::{Markup, html};
use web::page::{
    Frame, Page,
    field::{FormValue, error_line},
    formatting::count,
    table::{cell, row, table, text},
};

use crate::{
    health::{
        preview::answers::{BandMoveResponse, PreviewResponse, ScoreWithBand},
        rules::ScoreComponent,
        weights::ScoreFormula,
    },
    routes::{PREVIEW, SUMMARY, customer_address},
    ui::format,
};

/// Data of the page.
pub struct PreviewPage<'a> {
    /// Preview; `None` when the weights are invalid.
    pub preview: Option<&'a PreviewResponse>,
    /// Values of the weight fields.
    pub weights: &'a [(ScoreComponent, FormValue)],
    /// Error about all weights together.
    pub complaint: Option<&'a str>,
    /// Requested path and query.
    pub address: &'a str,
}

impl PreviewPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            div .heading {
                h1 { "Other weights" }
                p .downloads { a href=(SUMMARY) { "Summary" } }
            }
            p .hint { "Who would change band if the components of the score counted differently. Nothing is written: the formula in force stays as it is." }
            (self.form())
            @if let Some(preview) = self.preview { (outcome(preview)) }
        };
        frame.document(Page {
            title: "Other weights",
            address: self.address,
            scripts: &[],
            main,
        })
    }

    fn form(&self) -> Markup {
        html! {
            form .customer-filter.weights method="get" action=(PREVIEW) {
                (error_line("weights", self.complaint))
                @for (component, typed) in self.weights { (field(*component, typed)) }
                div .field { button .action type="submit" { "Try" } }
                a .reset href=(PREVIEW) { "As in force" }
            }
        }
    }
}

fn field(component: ScoreComponent, typed: &FormValue) -> Markup {
    let name = component.word();
    let usual = ScoreFormula::current().weight(component);
    let error = typed.error.as_deref();
    let described = format!(
        "{name}-hint{}",
        if error.is_some() {
            format!(" {name}-error")
        } else {
            String::new()
        }
    );
    html! {
        div .field {
            label for=(name) { (component) }
            p .hint id={ (name) "-hint" } { "in force " (usual) "%" }
            (error_line(name, error))
            input type="text" inputmode="decimal" id=(name) name=(name) value=(typed.value) autocomplete="off"
                aria-invalid=[error.map(|_| "true")] aria-describedby=(described);
        }
    }
}

fn customer_count(number: usize) -> String {
    count(u32::try_from(number).unwrap_or(u32::MAX), "customer", "customers")
}

fn outcome(preview: &PreviewResponse) -> Markup {
    let columns = [text("Customer"), text("Now"), text("With these weights")];
    let rows: Vec<Markup> = preview.changes.iter().map(line).collect();
    html! {
        section aria-labelledby="outcome" {
            h2 #outcome { (customer_count(preview.changes.len())) " of " (preview.customers) " would change band" }
            @if preview.changes.is_empty() {
                p .hint { "Everybody stays in the same band." }
            } @else {
                div .customers { (table("Who would change band", &columns, &rows)) }
            }
        }
    }
}

fn line(band_move: &BandMoveResponse) -> Markup {
    let scored = |scored: &Option<ScoreWithBand>| match scored {
        Some(scored) => format::score_with_band(scored.score, scored.band),
        None => html! { span .hint { (UNKNOWN_VALUE) " no score" } },
    };
    row(
        0,
        &[
            cell(
                "name",
                html! { a href=(customer_address(&band_move.customer)) { bdi { (band_move.title) } } },
            ),
            cell(
                "health detail",
                html! { span .unit { "now " } (scored(&band_move.now)) },
            ),
            cell(
                "health detail",
                html! { span .unit { "then " } (scored(&band_move.then)) },
            ),
        ],
    )
}
