//! Listing: the deals that match a query, in order, with their totals.

use domain::money::Money;

use crate::{
    deal::{Deal, rows::DealRows},
    list::{
        filter::{DealFacets, DealFilter},
        order::DealSortOrder,
        segment::DealSegment,
    },
    snapshot::RuleContext,
};

/// Query of a list: which deals, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DealQuery {
    /// Filter.
    pub filter: DealFilter,
    /// Segment of the filtered deals; `None` for all of them.
    pub subset: Option<DealSegment>,
    /// Sort order; `None` is the order of the sheet or of the segment.
    pub order: Option<DealSortOrder>,
}

impl DealQuery {
    /// Query string of the same list; empty for every deal in sheet order.
    pub fn to_query(&self) -> String {
        let order = self.order.map(DealSortOrder::to_value);
        let own = [
            ("show", self.subset.map(|subset| subset.as_str().to_owned())),
            ("sort", order),
        ];
        let own = own.into_iter().filter_map(|(field, value)| Some((field, value?)));
        let own = serde_urlencoded::to_string(own.collect::<Vec<_>>()).unwrap_or_default();
        let parts = [self.filter.to_query(), own];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("&")
    }
}

/// Result of a query, computed once and shown page by page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealListing {
    /// Indices of the deals among the rows, in display order.
    pub places: Vec<u32>,
    /// Sum of their amounts.
    pub amount: Money,
    /// Sum of amount times probability.
    pub weighted: Money,
    /// Number of deals for each filter option.
    pub facets: DealFacets,
    /// Deals hidden by the date filter because they have no due date.
    pub hidden_undated: usize,
}

impl DealListing {
    /// Runs a query.
    pub fn of(rows: &DealRows, query: &DealQuery, context: &RuleContext) -> Self {
        let selection = query.filter.select(&rows.deals, || rows.search_texts());
        let mut deals = selection.deals(&rows.deals);
        if let Some(subset) = query.subset {
            deals = subset.of(&deals, rows, context);
        }
        if let Some(order) = query.order {
            order.sort(&mut deals);
        }
        Self {
            amount: deals.iter().map(|deal| deal.amount).sum(),
            weighted: deals.iter().map(|deal| deal.weighted()).sum(),
            places: deals.iter().map(|deal| row_index(&rows.deals, deal)).collect(),
            facets: selection.facets,
            hidden_undated: selection.hidden_undated,
        }
    }

    /// The deals of the listing.
    pub fn deals<'a>(&'a self, rows: &'a DealRows) -> impl Iterator<Item = &'a Deal> {
        self.places.iter().map(|place| &rows.deals[*place as usize])
    }
}

/// Deals are sorted by row, so that a row is found by binary search.
fn row_index(deals: &[Deal], deal: &Deal) -> u32 {
    let place = deals.partition_point(|other| other.row < deal.row);
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;
    use crate::{
        dashboard::stale::{BoardDay, StaleAfter},
        deal::{
            fixture::{at, decode, today},
            stage::LostStage,
        },
    };

    pub(crate) fn context() -> RuleContext {
        RuleContext {
            day: BoardDay {
                today: today(),
                zone: TimeZone::UTC,
            },
            as_of: at("2026-11-21"),
            lost_stage: LostStage::NotOffered,
            cold_after: StaleAfter::default(),
            findings: Arc::default(),
        }
    }

    pub(crate) fn rows() -> DealRows {
        let deal = |id: u32, stage: &str, due: &str, touched: &str| {
            vec![
                json!(id),
                json!(format!("Client {id}")),
                json!(stage),
                json!(1000),
                json!(""),
                json!(""),
                json!(""),
                json!(due),
                json!(""),
                json!(""),
                json!(""),
                json!(touched),
            ]
        };
        let deals = vec![
            deal(1, "Prospect", "2026-11-20", "2026-11-20T09:00:00Z"),
            deal(2, "Prospect", "2026-11-21", "2026-11-20T09:00:00Z"),
            deal(3, "Qualifié", "2026-12-21", "2026-11-01T09:00:00Z"),
            deal(4, "Qualifié", "2026-12-22", "2026-11-01T09:00:00Z"),
            deal(5, "Gagné", "", "2026-11-20T09:00:00Z"),
            deal(6, "Gagné", "2026-11-01", "2026-01-01T09:00:00Z"),
            deal(7, "Prospect", "2026-11-19", ""),
        ];
        decode(deals, vec![vec![json!("4"), json!("2026-12-01")]]).0
    }

    #[test]
    fn each_part_has_the_deals_that_its_number_counts_in_the_order_to_go_through_them() {
        let (rows, context) = (rows(), context());
        for (subset, ids) in [
            (None, vec![1, 2, 3, 4, 5, 6, 7]),
            (Some(DealSegment::Overdue), vec![7, 1]),
            (Some(DealSegment::Today), vec![2]),
            (Some(DealSegment::Upcoming), vec![3]),
            (Some(DealSegment::Later), vec![4]),
            (Some(DealSegment::Undated), vec![5]),
            (Some(DealSegment::Cold), vec![3]),
            (Some(DealSegment::Snoozed), vec![4]),
            (Some(DealSegment::UnknownAge), vec![7]),
        ] {
            let query = DealQuery {
                subset,
                ..DealQuery::default()
            };
            let listing = DealListing::of(&rows, &query, &context);
            let found: Vec<u64> = listing.deals(&rows).filter_map(|deal| deal.id).collect();
            assert_eq!(found, ids, "{subset:?}");
            assert_eq!(
                listing.amount,
                Money::cents(i64::try_from(ids.len()).expect("few") * 100_000)
            );
        }
    }

    #[test]
    fn a_question_is_written_into_the_address_and_the_word_of_each_part_reads_back() {
        let query = DealQuery {
            filter: DealFilter::parse("status=won&q=acme").expect("filter"),
            subset: Some(DealSegment::Undated),
            order: DealSortOrder::parse("-client").ok(),
        };
        assert_eq!(query.to_query(), "status=Gagn%C3%A9&q=acme&show=undated&sort=-client");
        assert_eq!(DealQuery::default().to_query(), "");
        for subset in DealSegment::ALL {
            assert_eq!(DealSegment::parse(subset.as_str()), Some(subset));
        }
        assert_eq!(DealSegment::parse("all"), None);
    }
}
