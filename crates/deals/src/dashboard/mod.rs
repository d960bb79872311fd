//! Dashboard: KPIs, deadlines, stale deals, funnel and sectors of the filtered deals.

pub(crate) mod deadlines;
pub(crate) mod funnel;
pub(crate) mod kpis;
pub(crate) mod navigation;
pub(crate) mod overview;
pub(crate) mod page;
pub(crate) mod response;
pub(crate) mod sectors;
pub(crate) mod stale;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod view;
