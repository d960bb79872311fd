//! The settings of the Customers board beside its sources: when they are read, and the currency of sums.

use super::{ConfigError, wrong};
use crate::customers::{
    amount::Currency,
    sources::VENDORS,
    sync::schedule::{Schedule, USUAL},
};

/// When sources are read by themselves, and the currency of sums.
#[derive(Clone)]
pub struct SyncSettings {
    /// When runs begin by themselves.
    pub schedule: Schedule,
    /// The currency in which sums are made; amounts in others are shown and never added.
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
