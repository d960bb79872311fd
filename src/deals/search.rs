//! Searchable texts of deals.

use super::deal::Deal;
use crate::search::Folding;

pub use crate::search::{SearchTexts, SearchWords};

/// The text columns of `deals`, in sheet order.
pub fn texts_of(deals: &[Deal]) -> SearchTexts {
    let mut folding = Folding::default();
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
