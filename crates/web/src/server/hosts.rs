//! Host names under which the program answers.
//!
//! A page of another site can have its own name resolve to the address of this program (DNS rebinding). The browser then
//! takes both for one site and lets the page read and write here. Only the name in the request tells them apart, so a
//! request for an unknown name is refused before any handler sees it.

use std::{
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
    sync::Arc,
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Version, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    error::{Error, UnknownHost},
    routes::HEALTH,
};

/// Longest host name (RFC 1035).
const MAX_NAME_LENGTH: usize = 253;

/// Host names under which the program answers. Ports do not count: a tunnel or a container may change them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostNames {
    listens_on: IpAddr,
    allowed: Vec<AllowedHost>,
}

/// A host name that the operator allows: `board.example.com`, an IP address, or `*.example.com` for every name below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedHost {
    /// This name.
    Name(String),
    /// This address.
    Address(IpAddr),
    /// Every name that ends with a dot and this name.
    Below(String),
}

/// A text that is not an [`AllowedHost`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a host name such as board.example.com or *.example.com")]
pub struct InvalidHost;

impl Default for HostNames {
    /// The names of the loopback interface.
    fn default() -> Self {
        Self::new(IpAddr::V4(Ipv4Addr::LOCALHOST), Vec::new())
    }
}

impl HostNames {
    /// Names for a program that listens on the address `listens_on`; `allowed` holds the names that the operator gave.
    pub fn new(listens_on: IpAddr, allowed: Vec<AllowedHost>) -> Self {
        Self { listens_on, allowed }
    }

    /// Whether every name is answered, because the program is reachable from elsewhere and was told no name.
    pub fn are_unlimited(&self) -> bool {
        self.allowed.is_empty() && !self.listens_on.is_loopback()
    }

    /// Whether requests for `name` are answered.
    fn allow(&self, name: &str) -> bool {
        if self.are_unlimited() || is_name_of_loopback(name) {
            return true;
        }
        let address = address_of(name);
        address == Some(self.listens_on) || self.allowed.iter().any(|allowed| allowed.matches(name, address))
    }

    /// Checks the names that a request gives: that of its `Host` header and, if its target is absolute, that one too.
    fn check(&self, request: &Request) -> Result<(), Error> {
        let mut headers = request.headers().get_all(header::HOST).iter();
        let header = match (headers.next(), headers.next()) {
            (Some(one), None) => Some(name_in_header(one).ok_or_else(Error::unclear_host)?),
            (None, _) if request.version() < Version::HTTP_11 => None,
            _ => return Err(Error::unclear_host()),
        };
        if request.uri().path() == HEALTH || self.are_unlimited() {
            return Ok(());
        }
        let target = request.uri().authority().map(name_of);
        let mut names = header.into_iter().chain(target).peekable();
        if names.peek().is_none() {
            // HTTP/1.0 without a header.
            return Err(Error::unknown_host(UnknownHost(String::new())));
        }
        match names.find(|name| !self.allow(name)) {
            Some(unknown) => Err(Error::unknown_host(UnknownHost(unknown))),
            None => Ok(()),
        }
    }
}

impl AllowedHost {
    fn matches(&self, name: &str, address: Option<IpAddr>) -> bool {
        match self {
            Self::Name(allowed) => name == allowed,
            Self::Address(allowed) => address == Some(*allowed),
            Self::Below(parent) => name
                .strip_suffix(parent.as_str())
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|label| !label.is_empty()),
        }
    }
}

impl FromStr for AllowedHost {
    type Err = InvalidHost;

    /// Parses a name without scheme, port and path. Names that are not ASCII are written as browsers send them
    /// (`xn--…`).
    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let text = text.to_ascii_lowercase();
        if let Some(address) = address_of(&text) {
            return Ok(Self::Address(address));
        }
        let (name, is_parent) = match text.strip_prefix("*.") {
            Some(parent) => (parent, true),
            None => (text.as_str(), false),
        };
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_letter);
        let name = name.strip_suffix('.').unwrap_or(name);
        if name.len() > MAX_NAME_LENGTH || !name.split('.').all(is_label) {
            return Err(InvalidHost);
        }
        Ok(match is_parent {
            true => Self::Below(name.to_owned()),
            false => Self::Name(name.to_owned()),
        })
    }
}

/// Middleware that refuses requests for other names, except those for [`HEALTH`]. It belongs inside the middleware that
/// renders errors.
pub async fn check_host(State(names): State<Arc<HostNames>>, request: Request, next: Next) -> Response {
    match names.check(&request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Name in a `Host` header, in small letters; `None` if it is not a name with an optional port.
fn name_in_header(value: &HeaderValue) -> Option<String> {
    let authority = Authority::try_from(value.as_bytes()).ok()?;
    let is_plain = !authority.as_str().contains('@');
    let after = authority.as_str().strip_prefix(authority.host())?;
    let is_port = after.is_empty()
        || after
            .strip_prefix(':')
            .is_some_and(|port| port.is_empty() || authority.port_u16().is_some());
    let name = name_of(&authority);
    (is_plain && is_port && !name.is_empty()).then_some(name)
}

/// Name of an authority in small letters, without brackets and without the dot of the root.
fn name_of(authority: &Authority) -> String {
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

fn address_of(name: &str) -> Option<IpAddr> {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// `localhost` and the names below it (RFC 6761), and the addresses of the loopback interface.
fn is_name_of_loopback(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost") || address_of(name).is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::StatusCode};

    use super::*;

    const EVERYWHERE: &str = "0.0.0.0";

    fn names(listens_on: &str, allowed: &[&str]) -> HostNames {
        let allowed = allowed.iter().map(|text| text.parse().expect("name")).collect();
        HostNames::new(listens_on.parse().expect("address"), allowed)
    }

    fn verdict(names: &HostNames, target: &str, hosts: &[&str], version: Version) -> StatusCode {
        let mut request = Request::builder().uri(target).version(version);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        match names.check(&request.body(Body::empty()).expect("request")) {
            Ok(()) => StatusCode::OK,
            Err(error) => error.status,
        }
    }

    #[test]
    fn on_loopback_only_its_own_names_are_answered_with_any_port() {
        for listens_on in ["127.0.0.1", "::1"] {
            let names = names(listens_on, &[]);
            for own in [
                "localhost",
                "LocalHost:8080",
                "localhost.",
                "board.localhost:1",
                "127.0.0.1",
                "127.8.9.10:65535",
                "[::1]",
                "[::1]:8080",
                "[::ffff:127.0.0.1]",
                "127.0.0.1:",
            ] {
                assert_eq!(verdict(&names, "/", &[own], Version::HTTP_11), StatusCode::OK, "{own}");
            }
            for foreign in [
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "notlocalhost",
                "128.0.0.1",
                "0.0.0.0",
                "[::2]",
                "192.168.1.4:8080",
                "2130706433",
                "127.1",
            ] {
                let refused = verdict(&names, "/", &[foreign], Version::HTTP_11);
                assert_eq!(refused, StatusCode::MISDIRECTED_REQUEST, "{foreign}");
                assert_eq!(
                    verdict(&names, HEALTH, &[foreign], Version::HTTP_11),
                    StatusCode::OK,
                    "{foreign}"
                );
            }
        }
    }

    #[test]
    fn elsewhere_every_name_is_answered_until_one_is_allowed() {
        let open = names(EVERYWHERE, &[]);
        assert!(open.are_unlimited());
        assert_eq!(
            verdict(&open, "/", &["anything.example"], Version::HTTP_11),
            StatusCode::OK
        );
        let told = names(
            EVERYWHERE,
            &["Board.Example.com", "*.teams.example", "203.0.113.7", "[2001:db8::1]"],
        );
        assert!(!told.are_unlimited());
        for own in [
            "board.example.com",
            "BOARD.example.COM:443",
            "board.example.com.",
            "a.teams.example",
            "a.b.teams.example",
            "203.0.113.7:8080",
            "[2001:DB8:0::1]:8080",
            "localhost",
            "127.0.0.1:8080",
            EVERYWHERE,
        ] {
            assert_eq!(verdict(&told, "/", &[own], Version::HTTP_11), StatusCode::OK, "{own}");
        }
        for foreign in [
            "example.com",
            "x.board.example.com",
            "teams.example",
            "xteams.example",
            ".teams.example",
            "203.0.113.8",
        ] {
            assert_ne!(
                verdict(&told, "/", &[foreign], Version::HTTP_11),
                StatusCode::OK,
                "{foreign}"
            );
        }
    }

    #[test]
    fn a_request_names_its_host_exactly_once() {
        for names in [names("127.0.0.1", &[]), names(EVERYWHERE, &[])] {
            let hosts: [&[&str]; 7] = [
                &[],
                &["localhost", "localhost"],
                &["localhost", "evil.example"],
                &[""],
                &["a@localhost"],
                &["localhost:http"],
                &["local host"],
            ];
            for hosts in hosts {
                for target in ["/", HEALTH] {
                    let refused = verdict(&names, target, hosts, Version::HTTP_11);
                    assert_eq!(refused, StatusCode::BAD_REQUEST, "{hosts:?}");
                }
            }
        }
        let own = names("127.0.0.1", &[]);
        assert_eq!(
            verdict(&own, "/", &[], Version::HTTP_10),
            StatusCode::MISDIRECTED_REQUEST
        );
        assert_eq!(
            verdict(&names(EVERYWHERE, &[]), "/", &[], Version::HTTP_10),
            StatusCode::OK
        );
    }

    #[test]
    fn the_name_in_the_target_counts_too() {
        let own = names("127.0.0.1", &[]);
        let of = |target: &str, host: &str| verdict(&own, target, &[host], Version::HTTP_11);
        assert_eq!(of("http://localhost:8080/deals", "localhost:8080"), StatusCode::OK);
        assert_eq!(
            of("http://evil.example/deals", "localhost:8080"),
            StatusCode::MISDIRECTED_REQUEST
        );
        assert_eq!(
            of("http://localhost/deals", "evil.example"),
            StatusCode::MISDIRECTED_REQUEST
        );
    }

    #[test]
    fn only_names_can_be_allowed() {
        for wrong in [
            "",
            "*",
            "*.",
            "*.*.example",
            "board.*",
            "b*.example",
            "https://board.example",
            "board.example:8080",
            "board.example/",
            "a b",
            "a..b",
            ".example",
            "bücher.example",
            "a@b",
            "[::1]:80",
        ] {
            assert_eq!(wrong.parse::<AllowedHost>(), Err(InvalidHost), "{wrong}");
        }
        assert_eq!(
            "*.Example.com".parse(),
            Ok(AllowedHost::Below("example.com".to_owned()))
        );
        assert_eq!("sheets".parse(), Ok(AllowedHost::Name("sheets".to_owned())));
    }
}
