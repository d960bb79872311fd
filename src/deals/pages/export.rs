//! The filtered deals as files.

use super::super::{
    desk::{Current, Deals},
    listing::ListQuestion,
    sheet::deal_sheet,
};
use crate::{
    answer::{Dialect, Face, Rendered},
    asked::Asked,
    error::Error,
};

/// Every deal that answers `question`, whatever page is shown.
pub(super) async fn render(
    deals: &Deals,
    current: &Current,
    question: &ListQuestion,
    asked: &Asked,
) -> Result<Rendered, Error> {
    let listing = deals.listing(current, question).await;
    let as_of = current.read_at.to_zoned(deals.clock.zone().clone());
    let sheet = deal_sheet(&current.rows, &listing, &as_of);
    match asked.face {
        Face::Xlsx => Rendered::xlsx(&sheet).map_err(Error::internal),
        _ => Ok(Rendered::csv_in(&sheet, Dialect::of(asked.language))),
    }
}
