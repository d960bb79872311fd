//! Server state: everything a connection needs.

use std::{net::SocketAddr, time::Duration};

use crate::{
    auth::AuthServer,
    http::{faults::FaultInjector, quota::QuotaMeter},
    storage::repository::Repository,
};

/// Server state shared by all connections.
pub struct ServerState {
    /// Repository of spreadsheets.
    pub repository: Repository,
    /// Authorization server.
    pub auth_server: AuthServer,
    /// Call counts and quota.
    pub quota_meter: QuotaMeter,
    /// Fault injector.
    pub faults: FaultInjector,
    /// Delay before every API call.
    pub latency: Duration,
    /// Base URL: `http://host:port`.
    pub url: String,
    /// Address that the server listens on.
    pub address: SocketAddr,
}
