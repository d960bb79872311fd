//! Settings of the customer sync: schedule and reporting currency.

use super::{ConfigError, wrong};
use crate::customers::{
    amount::Currency,
    sources::VENDORS,
    sync::schedule::{Schedule, USUAL},
};

/// Schedule of the sync, and the reporting currency.
#[derive(Clone)]
pub struct SyncSettings {
    /// Schedule of the automatic runs.
    pub schedule: Schedule,
    /// Reporting currency of sums; amounts in other currencies are shown but never added.
    pub currency: Currency,
}

pub(super) fn read(setting: &dyn Fn(&str) -> Option<String>) -> Result<SyncSettings, ConfigError> {
    const SCHEDULE: &str = "SYNC_SCHEDULE";
    const CURRENCY: &str = "REPORTING_CURRENCY";
    let schedule = setting(SCHEDULE).unwrap_or_else(|| USUAL.to_owned());
    let is_source = |name: &str| VENDORS.iter().any(|vendor| vendor.name == name);
    let code = setting(CURRENCY).unwrap_or_else(|| "EUR".to_owned());
    Ok(SyncSettings {
        schedule: Schedule::parse(&schedule, is_source).map_err(|wanted| wrong(SCHEDULE, &schedule, &wanted))?,
        currency: Currency::of(&code).ok_or_else(|| wrong(CURRENCY, &code, "a code of three letters such as EUR"))?,
    })
}
