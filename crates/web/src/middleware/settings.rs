//! Settings of the middleware.

use std::num::NonZeroU32;

use crate::middleware::{cors::CorsOrigins, https::HttpsSettings, rate_clock::RateClock};

/// Settings of the middleware.
#[derive(Clone)]
pub struct RequestSettings {
    /// Writes in a minute for each client address.
    pub posts_per_minute: NonZeroU32,
    /// Reads in a minute for each client address; `None` is no limit.
    pub gets_per_minute: Option<NonZeroU32>,
    /// Responses in a minute that are computed anew for one client address; `None` is no limit.
    pub work_per_minute: Option<NonZeroU32>,
    /// Number of proxies in front that add the client address to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// HTTPS behind a proxy.
    pub https: HttpsSettings,
    /// Pages of other origins that may call the program.
    pub cors: CorsOrigins,
    /// Time of the rate limits.
    pub clock: RateClock,
}

impl RequestSettings {
    /// Settings without limits and without a proxy, for tests and benchmarks.
    pub fn unlimited() -> Self {
        Self {
            posts_per_minute: NonZeroU32::MAX,
            gets_per_minute: None,
            work_per_minute: None,
            trusted_proxies: 0,
            https: HttpsSettings::default(),
            cors: CorsOrigins::default(),
            clock: RateClock::system(),
        }
    }
}
