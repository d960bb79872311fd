//! Downloads: the filtered deals as CSV and XLSX, and the dashboard as PDF.

use super::super::{
    desk::{Current, Deals},
    listing::ListQuestion,
    overview::{Overview, PRINTED_LINES},
    sheet::deal_sheet,
    view::BoardReport,
};
use crate::{
    answer::{Dialect, Face, Rendered},
    asked::Asked,
    error::Error,
};

/// Every deal that matches `question`, on all pages.
pub(super) async fn render(
    deals: &Deals,
    current: &Current,
    question: &ListQuestion,
    asked: &Asked,
) -> Result<Rendered, Error> {
    if asked.face == Face::Pdf {
        return report(deals, current, question, asked);
    }
    let listing = deals.listing(current, question).await;
    let as_of = current.read_at.to_zoned(deals.clock.zone().clone());
    let sheet = deal_sheet(&current.rows, &listing, &as_of);
    match asked.face {
        Face::Xlsx => Rendered::xlsx_in(&sheet, Dialect::of(asked.language)).map_err(Error::internal),
        _ => Ok(Rendered::csv_in(&sheet, Dialect::of(asked.language))),
    }
}

fn report(deals: &Deals, current: &Current, question: &ListQuestion, asked: &Asked) -> Result<Rendered, Error> {
    let context = deals.context(current);
    let overview = Overview::with_lines(&current.rows, &question.filter, &context, PRINTED_LINES);
    let report = BoardReport {
        overview: &overview,
        filter: &question.filter,
        read_at: &current.read_at.to_zoned(deals.clock.zone().clone()),
        language: asked.language,
    };
    let document = report.document().map_err(Error::internal)?;
    let name = format!("deals-{}.pdf", current.now.date());
    Ok(Rendered::download("application/pdf", document.into(), &name))
}
