//! Rates for each client address: writes, reads, and responses that are computed anew.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use axum::http::{Method, Uri};
use governor::{Quota, RateLimiter, clock, middleware::NoOpMiddleware, state::keyed::DefaultKeyedStateStore};

use crate::{
    error::Error,
    middleware::{client_address::client_network, is_safe_method, rate_clock::RateClock, settings::RequestSettings},
    response::work_budget::WorkAccount,
    routes::{ASSETS, HEALTH, METRICS},
};

/// Number of tracked client networks above which those with a full budget are forgotten.
const MAX_TRACKED_NETWORKS: usize = 10_000;
/// Requests between two looks at the number of tracked networks.
const REQUESTS_BETWEEN_CLEANINGS: u32 = 1_024;

/// Rate limit for each client network.
struct NetworkLimit {
    limiter: RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, RateClock, NoOpMiddleware<Duration>>,
    clock: RateClock,
    requests: AtomicU32,
}

impl NetworkLimit {
    fn new(per_minute: NonZeroU32, clock: &RateClock) -> Self {
        Self {
            limiter: RateLimiter::dashmap_with_clock(Quota::per_minute(per_minute), clock.clone()),
            clock: clock.clone(),
            requests: AtomicU32::new(0),
        }
    }

    /// Counts one request; the error is the number of seconds after which the next one is accepted.
    fn check(&self, network: IpAddr) -> Result<(), u32> {
        if self
            .requests
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(REQUESTS_BETWEEN_CLEANINGS)
            && self.limiter.len() > MAX_TRACKED_NETWORKS
        {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&network).map_err(|until| {
            let wait = until.wait_time_from(clock::Clock::now(&self.clock));
            u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
        })
    }
}

/// Rate limits of the program.
pub(crate) struct Rates {
    writes: NetworkLimit,
    reads: Option<NetworkLimit>,
    work: Option<NetworkLimit>,
}

impl Rates {
    pub(crate) fn new(settings: &RequestSettings) -> Self {
        let limit = |per_minute| NetworkLimit::new(per_minute, &settings.clock);
        Self {
            writes: limit(settings.posts_per_minute),
            reads: settings.gets_per_minute.map(limit),
            work: settings.work_per_minute.map(limit),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// 429 above the rate.
    pub(crate) fn admit(&self, method: &Method, uri: &Uri, client: IpAddr) -> Result<(), Error> {
        let network = client_network(client);
        if !is_safe_method(method) {
            return self.writes.check(network).map_err(Error::too_many);
        }
        match &self.reads {
            Some(reads) if !is_free(uri.path()) => reads.check(network).map_err(Error::too_many_reads),
            _ => Ok(()),
        }
    }
}

impl WorkAccount for Rates {
    fn charge(&self, network: IpAddr) -> Result<(), Error> {
        let limit = self.work.as_ref();
        limit.map_or(Ok(()), |work| work.check(network).map_err(Error::too_much_work))
    }
}

/// Whether a read does not count: files that browsers keep, and what monitors ask.
fn is_free(path: &str) -> bool {
    let is_asset = path.strip_prefix(ASSETS).is_some_and(|rest| rest.starts_with('/'));
    is_asset || path == HEALTH || path == METRICS
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::AtomicU64};

    use super::*;

    #[test]
    fn a_minute_refills_a_budget_and_other_networks_have_their_own() {
        let seconds = Arc::new(AtomicU64::new(0));
        let time = Arc::clone(&seconds);
        let settings = RequestSettings {
            gets_per_minute: NonZeroU32::new(60),
            work_per_minute: NonZeroU32::new(2),
            posts_per_minute: const { NonZeroU32::new(3).unwrap() },
            clock: RateClock::from_source(move || Duration::from_secs(time.load(Ordering::Relaxed))),
            ..RequestSettings::unlimited()
        };
        let rates = Rates::new(&settings);
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let accepted = |method: &Method, path: &str, client: IpAddr| {
            let uri: Uri = path.parse().expect("address");
            let tries = 0..200;
            tries.filter(|_| rates.admit(method, &uri, client).is_ok()).count()
        };
        for _ in 0..2 {
            assert_eq!(accepted(&Method::GET, "/deals", one), 60);
            assert_eq!(
                accepted(&Method::HEAD, "/deals", one),
                0,
                "HEAD shares the budget of GET"
            );
            assert_eq!(accepted(&Method::POST, "/deals", one), 3);
            for free in ["/health", "/metrics", "/assets/tallyboard.1.css"] {
                assert_eq!(accepted(&Method::GET, free, one), 200, "{free}");
            }
            assert_eq!((0..10).filter(|_| rates.charge(one).is_ok()).count(), 2);
            seconds.fetch_add(60, Ordering::Relaxed);
        }
        assert_eq!(accepted(&Method::GET, "/deals", other), 60);
        assert_eq!(accepted(&Method::GET, "/assetsabc", other), 0);
        let refused = rates
            .charge(one)
            .and_then(|()| rates.charge(one))
            .and_then(|()| rates.charge(one));
        assert_eq!(refused.expect_err("used up").retry_after, Some(31));
    }

    #[test]
    fn networks_that_have_been_quiet_are_forgotten() {
        let seconds = Arc::new(AtomicU64::new(0));
        let time = Arc::clone(&seconds);
        let clock = RateClock::from_source(move || Duration::from_secs(time.load(Ordering::Relaxed)));
        let limit = NetworkLimit::new(const { NonZeroU32::new(60).unwrap() }, &clock);
        for number in 0..40_000_u32 {
            if number % 1_000 == 0 {
                seconds.fetch_add(10, Ordering::Relaxed);
            }
            limit
                .check(IpAddr::from(number.to_be_bytes()))
                .expect("a first request");
        }
        assert!(
            limit.limiter.len() <= MAX_TRACKED_NETWORKS + 2_048,
            "{}",
            limit.limiter.len()
        );
    }
}
