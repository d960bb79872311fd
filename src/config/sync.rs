//! Settings of the customer sync: schedule and reporting currency.

use customer_sources::{amount::Currency, vendors::VENDORS};
use customers::sync::schedule::{DEFAULT_SCHEDULE, SyncSchedule};

use crate::config::{ConfigError, Lookup, invalid_setting};

/// Schedule of the sync, and the reporting currency.
#[derive(Clone)]
pub struct SyncSettings {
    /// Schedule of the automatic runs.
    pub schedule: SyncSchedule,
    /// Reporting currency of sums; amounts in other currencies are shown but never added.
    pub currency: Currency,
}

pub(crate) fn read(setting: Lookup<'_>) -> Result<SyncSettings, ConfigError> {
    const SCHEDULE: &str = "SYNC_SCHEDULE";
    const CURRENCY: &str = "REPORTING_CURRENCY";
    let schedule = setting(SCHEDULE).unwrap_or_else(|| DEFAULT_SCHEDULE.to_owned());
    let is_source = |name: &str| VENDORS.iter().any(|vendor| vendor.name == name);
    let code = setting(CURRENCY).unwrap_or_else(|| "EUR".to_owned());
    Ok(SyncSettings {
        schedule: SyncSchedule::parse(&schedule, is_source)
            .map_err(|wanted| invalid_setting(SCHEDULE, &schedule, &wanted))?,
        currency: Currency::of(&code)
            .ok_or_else(|| invalid_setting(CURRENCY, &code, "a code of three letters such as EUR"))?,
    })
}
