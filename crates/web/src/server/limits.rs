//! Limits for callers: how long they may take, and how many connections they may hold.

use std::time::Duration;

use crate::server::seats::SeatLimits;

/// Limits of the server loop.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerLimits {
    /// Time limits.
    pub timeouts: Timeouts,
    /// Number of connections.
    pub connections: SeatLimits,
}

/// Time limits for the callers of the server loop.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the head of the first request, from the opening of the connection.
    pub first_head: Duration,
    /// For the head of each further request, from the end of the last response. It is longer than the time for which a
    /// proxy keeps idle connections, usually one minute.
    pub next_head: Duration,
    /// For a caller that takes nothing of a response. A stream that has nothing to send is not affected.
    pub write: Duration,
    /// For requests in flight after the shutdown signal. Hosts kill a process after ten seconds or more.
    pub end: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            first_head: Duration::from_secs(15),
            next_head: Duration::from_secs(75),
            write: Duration::from_secs(30),
            end: Duration::from_secs(8),
        }
    }
}
