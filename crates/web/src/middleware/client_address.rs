//! Address of the client: that of the connection, or the one that the outermost trusted proxy reports.
//!
//! Each proxy appends the address that it sees to `X-Forwarded-For`. With `n` trusted proxies the `n`th entry from the
//! right was written by the outermost of them; entries to its left come from the client and prove nothing.
//! <https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-Forwarded-For>

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
};

use axum::{
    extract::{ConnectInfo, Request},
    http::HeaderMap,
};

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Longest form of an unreadable entry in the log.
const MAX_SHAPE: usize = 40;

/// Proxies in front whose headers are trusted.
#[derive(Debug, Default)]
pub(crate) struct TrustedProxies {
    count: usize,
    has_warned: AtomicBool,
}

impl TrustedProxies {
    /// `count` proxies in a row.
    pub(crate) fn new(count: usize) -> Self {
        Self {
            count,
            has_warned: AtomicBool::new(false),
        }
    }

    /// Address of the client; `None` when the connection has none, as in tests without a listener.
    pub(crate) fn client(&self, request: &Request) -> Option<IpAddr> {
        let connection = || {
            let info = request.extensions().get::<ConnectInfo<SocketAddr>>();
            info.map(|info| info.0.ip())
        };
        let Some(entry) = self.entry(request.headers(), FORWARDED_FOR) else {
            return connection();
        };
        let reported = parse_entry(entry);
        if reported.is_none() && !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                form = shape(entry),
                "the proxy writes the client address in X-Forwarded-For in a form that cannot be read; all its clients \
                 count as one"
            );
        }
        reported.or_else(connection)
    }

    /// Scheme of the address that the client used, as the trusted proxy reports it. A proxy that replaces the header
    /// instead of appending to it leaves one entry, which counts.
    pub(crate) fn scheme<'a>(&self, headers: &'a HeaderMap) -> Option<&'a [u8]> {
        if self.count == 0 {
            return None;
        }
        let entries = entries_from_right(headers, FORWARDED_PROTO);
        entries.take(self.count).last()
    }

    /// Entry that the outermost trusted proxy wrote.
    fn entry<'a>(&self, headers: &'a HeaderMap, name: &'static str) -> Option<&'a [u8]> {
        entries_from_right(headers, name).nth(self.count.checked_sub(1)?)
    }
}

/// Entries of a list header over all its lines, the last one first. Bytes, because a client may send anything.
fn entries_from_right<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
    let lines = headers.get_all(name).into_iter().rev();
    lines
        .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
}

/// Address in one entry: alone, with a port, in brackets, in quotes.
fn parse_entry(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?;
    let text = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text);
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address);
    }
    if let Ok(with_port) = text.parse::<SocketAddr>() {
        return Some(with_port.ip());
    }
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

/// Form of an entry, without what identifies a person: runs of digits are `0`, runs of letters `a`.
fn shape(entry: &[u8]) -> String {
    let mut shape = String::new();
    for byte in entry {
        let class = match byte {
            b'0'..=b'9' => '0',
            b'a'..=b'z' | b'A'..=b'Z' => 'a',
            b'.' | b':' | b'[' | b']' | b'"' | b'-' | b'_' | b' ' | b'=' | b';' | b'%' | b'/' => char::from(*byte),
            _ => '?',
        };
        let repeats = matches!(class, '0' | 'a' | '?') && shape.ends_with(class);
        if !repeats {
            shape.push(class);
        }
        if shape.len() >= MAX_SHAPE {
            break;
        }
    }
    shape
}

/// Network that counts as one client: an IPv4 address, or the 64-bit network of an IPv6 address.
pub(crate) fn client_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::HeaderValue};
    use proptest::prelude::*;

    use super::*;

    const CONNECTION: &str = "192.0.2.1";

    fn client(trusted: usize, lines: &[&[u8]]) -> String {
        let mut request = Request::new(Body::empty());
        let peer: SocketAddr = format!("{CONNECTION}:9").parse().expect("address");
        request.extensions_mut().insert(ConnectInfo(peer));
        for line in lines {
            let value = HeaderValue::from_bytes(line).expect("header value");
            request.headers_mut().append(FORWARDED_FOR, value);
        }
        let client = TrustedProxies::new(trusted).client(&request);
        client.expect("address").to_string()
    }

    #[test]
    fn the_entry_of_the_outermost_trusted_proxy_counts_in_every_form_that_proxies_write() {
        let rows: &[(usize, &[&str], &str)] = &[
            (0, &["203.0.113.7"], CONNECTION),
            (1, &[], CONNECTION),
            (1, &["203.0.113.7"], "203.0.113.7"),
            (1, &["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            (1, &["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
            (2, &["198.51.100.1, 203.0.113.7"], "198.51.100.1"),
            (2, &["198.51.100.1", "203.0.113.7"], "198.51.100.1"),
            (2, &["10.9.9.9, 198.51.100.1,203.0.113.7"], "198.51.100.1"),
            (2, &["203.0.113.7"], CONNECTION),
            (1, &["203.0.113.7:5678"], "203.0.113.7"),
            (1, &["\"203.0.113.7:5678\""], "203.0.113.7"),
            (1, &["2001:db8::1"], "2001:db8::1"),
            (1, &["[2001:db8::1]"], "2001:db8::1"),
            (1, &["[2001:db8::1]:80"], "2001:db8::1"),
            (1, &["\"[2001:db8::1]:80\""], "2001:db8::1"),
            (1, &["\"[2001:db8::1]\""], "2001:db8::1"),
            (1, &["  203.0.113.7\t"], "203.0.113.7"),
            (1, &["unknown"], CONNECTION),
            (1, &["_hidden"], CONNECTION),
            (1, &[""], CONNECTION),
            (1, &["203.0.113.7, "], CONNECTION),
            (1, &["[203.0.113.7]"], CONNECTION),
            (1, &["203.0.113.7:99999"], CONNECTION),
            (1, &["203.0.113"], CONNECTION),
            (1, &["0x7f.1"], CONNECTION),
        ];
        for (trusted, lines, expected) in rows {
            let bytes: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
            assert_eq!(client(*trusted, &bytes), *expected, "{trusted} proxies, {lines:?}");
        }
        // What the client sent to the left of the proxy's entry is never text that must be readable.
        assert_eq!(client(1, &[b"\xff\xfe, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(client(1, &[b"203.0.113.7, \xff"]), CONNECTION);
    }

    #[test]
    fn the_log_names_the_form_of_an_entry_and_not_the_address() {
        for (entry, form) in [
            ("203.0.113.7;port=80", "0.0.0.0;a=0"),
            ("fe80::1%eth0", "a0::0%a0"),
            ("kate@example.com", "a?a.a"),
        ] {
            assert_eq!(shape(entry.as_bytes()), form, "{entry}");
        }
        assert!(shape(&b".".repeat(500)).len() <= MAX_SHAPE);
    }

    #[test]
    fn the_scheme_is_that_of_the_outermost_trusted_proxy() {
        let scheme = |trusted: usize, line: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(FORWARDED_PROTO, HeaderValue::from_static(line));
            let found = TrustedProxies::new(trusted).scheme(&headers).map(<[u8]>::to_vec);
            found.map(|scheme| String::from_utf8(scheme).expect("text"))
        };
        for (trusted, line, expected) in [
            (0, "https", None),
            (1, "https", Some("https")),
            (1, "https, http", Some("http")),
            (2, "https, http", Some("https")),
            (2, "ftp, https, http", Some("https")),
            (2, "https", Some("https")),
        ] {
            assert_eq!(scheme(trusted, line).as_deref(), expected, "{trusted} proxies, {line}");
        }
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_as_one() {
        let of = |text: &str| client_network(text.parse().expect("address"));
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(
            trusted in 0..4_usize,
            lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4),
        ) {
            let is_header = |line: &&Vec<u8>| HeaderValue::from_bytes(line).is_ok();
            let lines: Vec<&[u8]> = lines.iter().filter(is_header).map(Vec::as_slice).collect();
            client(trusted, &lines);
            lines.iter().for_each(|line| drop(shape(line)));
        }

        #[test]
        fn an_address_is_read_back_from_every_form_and_whatever_the_client_sent_before(
            address in any::<IpAddr>(),
            port in any::<u16>(),
            before in "[ -~]{0,30}",
        ) {
            let plain = address.to_string();
            let with_port = SocketAddr::new(address, port).to_string();
            for form in [plain.clone(), with_port.clone(), format!("\"{with_port}\"")] {
                prop_assert_eq!(&client(1, &[format!("{before},{form}").as_bytes()]), &plain);
            }
        }
    }
}
