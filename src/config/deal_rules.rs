//! Settings of the deals board: rules.

use deals::{DealRules, LostStage, StaleAfter};

use crate::config::{ConfigError, Lookup, invalid_setting, switch};

pub(crate) fn rules(setting: Lookup<'_>) -> Result<DealRules, ConfigError> {
    let lost_stage = match switch(setting, "DEALS_LOST_STATUS")? {
        true => LostStage::Offered,
        false => LostStage::NotOffered,
    };
    let cold_after = match setting("DEALS_COLD_DAYS") {
        None => StaleAfter::default(),
        Some(text) => StaleAfter::parse(&text).ok_or_else(|| {
            let wanted =
                "a number of days such as 10, or one for each status such as Prospect=14, Qualifié=10, Négociation=5";
            invalid_setting("DEALS_COLD_DAYS", &text, wanted)
        })?,
    };
    Ok(DealRules { lost_stage, cold_after })
}
