//! Settings of the customer sync: schedule and reporting currency.

use customer_sources::{amount::Currency, vendors::VENDORS};
use customers::sync::schedule::{DEFAULT_SCHEDULE, SyncSchedule};

use crate::config::{
    ConfigError, Lookup, invalid_setting,
    sources::{self, SourceSettings},
};

/// Schedule of the sync, and the reporting currency.
#[derive(Clone)]
pub struct SyncSettings {
    /// Schedule of the automatic runs.
    pub schedule: SyncSchedule,
    /// Reporting currency of sums; amounts in other currencies are shown but never added.
    pub currency: Currency,
}

/// Reads the settings. A schedule of a source that is off is refused; the default one is for whatever is on.
pub(crate) fn read(setting: Lookup<'_>, sources: &[SourceSettings]) -> Result<SyncSettings, ConfigError> {
    const SCHEDULE: &str = "SYNC_SCHEDULE";
    const CURRENCY: &str = "REPORTING_CURRENCY";
    let own = setting(SCHEDULE);
    let text = own.as_deref().unwrap_or(DEFAULT_SCHEDULE);
    let is_source = |name: &str| VENDORS.iter().any(|vendor| vendor.name == name);
    let schedule = SyncSchedule::parse(text, is_source).map_err(|wanted| invalid_setting(SCHEDULE, text, &wanted))?;
    if own.is_some() {
        let is_on = |name: &str| sources.iter().any(|source| source.source == name);
        if let Some(off) = schedule.sources().find(|name| !is_on(name)) {
            return Err(ConfigError(format!(
                "{SCHEDULE} has times for {off}, which is off because its key is not set. Set {}, or leave {off} out of {SCHEDULE}.",
                sources::key_setting(off)
            )));
        }
        if sources.is_empty() && !schedule.is_off() {
            return Err(ConfigError(format!(
                "{SCHEDULE} is set, but no source is on, so that nothing is ever read. Set the key of one, such as INTERCOM_API_KEY, or unset {SCHEDULE}."
            )));
        }
    }
    let code = setting(CURRENCY).unwrap_or_else(|| "EUR".to_owned());
    Ok(SyncSettings {
        schedule,
        currency: Currency::of(&code)
            .ok_or_else(|| invalid_setting(CURRENCY, &code, "a code of three letters such as EUR"))?,
    })
}
