//! Searchable texts of deals.

use domain::search::SearchIndexBuilder;
pub use domain::search::{SearchIndex, SearchTerms};

use crate::deal::Deal;

/// The text columns of `deals`, in sheet order.
pub fn texts_of(deals: &[Deal]) -> SearchIndex {
    let mut folding = SearchIndexBuilder::default();
    for deal in deals {
        let repeated = [
            Some(&*deal.client),
            Some(deal.stage.as_str()),
            deal.sector.as_deref(),
            deal.assignee.as_deref(),
        ];
        folding.add(repeated.into_iter().flatten(), [&*deal.notes]);
    }
    folding.finish()
}
