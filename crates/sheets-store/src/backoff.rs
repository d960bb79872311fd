//! Retry delays: exponential back-off with jitter.

use std::time::Duration;

/// Delays between retries: exponential, with jitter, so that instances do not retry at the same moment.
pub(crate) fn retry_delays(first: Duration) -> impl Iterator<Item = Duration> {
    retry_delays_between(first, Duration::from_secs(8))
}

/// Delays that double from `first` to `longest`; jitter makes each up to twice as long.
pub(crate) fn retry_delays_between(first: Duration, longest: Duration) -> impl Iterator<Item = Duration> {
    use backon::BackoffBuilder;
    backon::ExponentialBuilder::default()
        .with_min_delay(first)
        .with_max_delay(longest.max(first))
        .with_jitter()
        .without_max_times()
        .build()
}
