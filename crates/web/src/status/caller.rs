//! Caller on this machine, as opposed to anybody: who may read the words of Google and the address of the spreadsheet.

use std::{convert::Infallible, net::SocketAddr};

use aide::OperationInput;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};

/// Whether the caller is on this machine.
///
/// A request that a proxy passes on comes from the proxy's address, so that one with a header of proxies is anybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// On this machine: whoever runs the program.
    ThisMachine,
    /// Anywhere else, or behind a proxy.
    Anybody,
}

/// Headers with which proxies name the caller.
const PROXY_HEADERS: [&str; 5] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

impl Caller {
    fn of(address: Option<SocketAddr>, headers: &HeaderMap) -> Self {
        let is_local = address.is_some_and(|address| address.ip().to_canonical().is_loopback());
        let is_passed_on = PROXY_HEADERS.iter().any(|name| headers.contains_key(*name));
        if is_local && !is_passed_on {
            Self::ThisMachine
        } else {
            Self::Anybody
        }
    }
}

impl<State: Sync> FromRequestParts<State> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Infallible> {
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
        Ok(Self::of(address, &parts.headers))
    }
}

impl OperationInput for Caller {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_connection_from_this_machine_that_no_proxy_passed_on_is_one() {
        let headers = |name: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(name) = name {
                headers.insert(name, "127.0.0.1".parse().expect("header"));
            }
            headers
        };
        for (address, header, is_here) in [
            ("127.0.0.1:1", None, true),
            ("127.8.0.1:1", None, true),
            ("[::1]:1", None, true),
            ("[::ffff:127.0.0.1]:1", None, true),
            ("127.0.0.1:1", Some("accept"), true),
            ("127.0.0.1:1", Some("x-forwarded-for"), false),
            ("127.0.0.1:1", Some("forwarded"), false),
            ("[::1]:1", Some("via"), false),
            ("192.168.0.2:1", None, false),
            ("8.8.8.8:1", None, false),
            ("[2001:db8::1]:1", None, false),
        ] {
            let caller = Caller::of(Some(address.parse().expect("address")), &headers(header));
            assert_eq!(caller == Caller::ThisMachine, is_here, "{address} {header:?}");
        }
        assert_eq!(Caller::of(None, &headers(None)), Caller::Anybody);
    }
}
