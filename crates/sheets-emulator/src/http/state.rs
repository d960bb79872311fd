//! Server state: everything a connection needs.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use crate::{
    auth::AuthServer,
    http::{faults::FaultInjector, quota::QuotaMeter},
    storage::repository::Repository,
};

/// Time limits for clients.
#[derive(Clone, Copy, Debug)]
pub struct ClientTimeouts {
    /// For the head of a request, from the opening of the connection or from the end of the last response. Longer than
    /// the 90 s for which Sheets clients keep idle connections, so that none is closed under a call.
    pub head: Duration,
    /// For the body of a request.
    pub body: Duration,
}

impl Default for ClientTimeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_mins(2),
            body: Duration::from_mins(1),
        }
    }
}

/// Server state shared by all connections.
pub struct ServerState {
    /// Repository of spreadsheets.
    pub repository: Repository,
    /// Authorization server.
    pub auth_server: AuthServer,
    /// Call counts and quota.
    pub quota_meter: QuotaMeter,
    /// Fault injector.
    pub faults: Arc<FaultInjector>,
    /// Time limits for clients.
    pub timeouts: ClientTimeouts,
    /// Delay before every API call.
    pub latency: Duration,
    /// Base URL: `http://host:port`.
    pub url: String,
    /// Address that the server listens on.
    pub address: SocketAddr,
}
