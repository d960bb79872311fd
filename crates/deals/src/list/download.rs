//! Table of deals for downloads: the columns of the tab under its own headers, so that the file can be imported again.

use jiff::Zoned;
use rust_decimal::prelude::ToPrimitive;
use web::response::{ExportCell, ExportColumn, ExportKind, ExportSheet};

use crate::{
    deal::{
        Deal,
        columns::{AMOUNT, CREATED_AT, DEALS, DUE, ID, PROBABILITY, UPDATED_AT, WEIGHTED},
        rows::DealRows,
    },
    list::listing::DealListing,
};

/// Every deal of a listing; timestamps are in the time zone of `as_of`.
pub fn deals_table(rows: &DealRows, listing: &DealListing, as_of: &Zoned) -> ExportSheet {
    let columns = DEALS.columns.iter().enumerate();
    let columns = columns.map(|(place, column)| ExportColumn::new(column.header, kind(place)));
    ExportSheet {
        title: "deals".to_owned(),
        file_name: format!("deals-{}", as_of.date()),
        as_of: as_of.datetime(),
        columns: columns.collect(),
        rows: listing.deals(rows).map(|deal| cells(deal, as_of)).collect(),
    }
}

fn kind(column: usize) -> ExportKind {
    match column {
        ID => ExportKind::Integer,
        AMOUNT | WEIGHTED => ExportKind::Euros,
        PROBABILITY => ExportKind::Percent,
        DUE => ExportKind::Date,
        CREATED_AT | UPDATED_AT => ExportKind::DateTime,
        _ => ExportKind::Text,
    }
}

fn cells(deal: &Deal, as_of: &Zoned) -> Vec<ExportCell> {
    let moment = |at: Option<jiff::Timestamp>| at.map(|at| at.to_zoned(as_of.time_zone().clone()).datetime());
    vec![
        deal.id
            .and_then(|id| i64::try_from(id).ok())
            .map_or(ExportCell::Empty, ExportCell::Integer),
        ExportCell::from(&*deal.client),
        ExportCell::from(deal.stage.as_str()),
        ExportCell::Decimal(deal.amount.rounded().to_cell()),
        deal.stage
            .probability()
            .to_f64()
            .map_or(ExportCell::Empty, ExportCell::Decimal),
        ExportCell::Decimal(deal.weighted().rounded().to_cell()),
        ExportCell::from(deal.sector.as_deref()),
        ExportCell::from(deal.due),
        ExportCell::from(deal.assignee.as_deref()),
        ExportCell::from(&*deal.notes),
        ExportCell::from(moment(deal.created_at)),
        ExportCell::from(moment(deal.updated_at)),
    ]
}
