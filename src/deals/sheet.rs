//! Table of deals for downloads: the columns of the tab under its own headers, so that the file can be imported again.

use jiff::Zoned;
use rust_decimal::prelude::ToPrimitive;

use super::{
    deal::Deal,
    listing::Listing,
    rows::{AMOUNT, CREATED_AT, DEALS, DUE, DealRows, ID, PROBABILITY, UPDATED_AT, WEIGHTED},
};
use crate::answer::{Cell, Column, Kind, Sheet};

/// Every deal of a listing; timestamps are in the time zone of `as_of`.
pub fn deal_sheet(rows: &DealRows, listing: &Listing, as_of: &Zoned) -> Sheet {
    let columns = DEALS.columns.iter().enumerate();
    let columns = columns.map(|(place, column)| Column::new(column.header, kind(place)));
    Sheet {
        title: "deals".to_owned(),
        file_name: format!("deals-{}", as_of.date()),
        as_of: as_of.datetime(),
        columns: columns.collect(),
        rows: listing.deals(rows).map(|deal| cells(deal, as_of)).collect(),
    }
}

fn kind(column: usize) -> Kind {
    match column {
        ID => Kind::Integer,
        AMOUNT | WEIGHTED => Kind::Euros,
        PROBABILITY => Kind::Percent,
        DUE => Kind::Date,
        CREATED_AT | UPDATED_AT => Kind::DateTime,
        _ => Kind::Text,
    }
}

fn cells(deal: &Deal, as_of: &Zoned) -> Vec<Cell> {
    let moment = |at: Option<jiff::Timestamp>| at.map(|at| at.to_zoned(as_of.time_zone().clone()).datetime());
    vec![
        deal.id
            .and_then(|id| i64::try_from(id).ok())
            .map_or(Cell::Empty, Cell::Integer),
        Cell::from(&*deal.client),
        Cell::from(deal.stage.as_str()),
        Cell::Decimal(deal.amount.rounded().to_cell()),
        deal.stage.probability().to_f64().map_or(Cell::Empty, Cell::Decimal),
        Cell::Decimal(deal.weighted().rounded().to_cell()),
        Cell::from(deal.sector.as_deref()),
        Cell::from(deal.due),
        Cell::from(deal.assignee.as_deref()),
        Cell::from(&*deal.notes),
        Cell::from(moment(deal.created_at)),
        Cell::from(moment(deal.updated_at)),
    ]
}
