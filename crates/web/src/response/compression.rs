//! Content encodings: negotiation by `Accept-Encoding`, and compression.

use std::io::Write;

use axum::http::{HeaderMap, header};
use bytes::Bytes;

/// Content encoding of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentEncoding {
    /// Smallest; browsers accept it over HTTPS only.
    Brotli,
    /// Nearly as small, faster to decompress.
    Zstandard,
    /// Fallback that every client supports.
    Gzip,
    /// No compression.
    Identity,
}

impl ContentEncoding {
    /// Offered encodings in order of preference.
    const OFFERED: [Self; 3] = [Self::Brotli, Self::Zstandard, Self::Gzip];

    /// Encoding with the highest quality in `Accept-Encoding`; among equals the first of [`ContentEncoding::OFFERED`]
    /// (<https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>).
    pub fn negotiate(headers: &HeaderMap) -> Self {
        let accepted = AcceptedEncodings::of(headers);
        let mut best = Self::Identity;
        let mut quality = accepted.identity.unwrap_or(0.0);
        for (offered, named) in Self::OFFERED.into_iter().zip(accepted.offered) {
            let wanted = named.or(accepted.any).unwrap_or(0.0);
            let is_better = wanted > quality || wanted == quality && best == Self::Identity;
            if wanted > 0.0 && is_better {
                (best, quality) = (offered, wanted);
            }
        }
        best
    }

    /// Whether `Accept-Encoding` accepts gzip at all.
    pub fn accepts_gzip(headers: &HeaderMap) -> bool {
        let accepted = AcceptedEncodings::of(headers);
        let [.., gzip] = accepted.offered;
        gzip.or(accepted.any).unwrap_or(0.0) > 0.0
    }

    /// Token for `Content-Encoding`; `None` for identity.
    pub fn token(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Zstandard => Some("zstd"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    fn named(name: &str) -> Option<Self> {
        let name = if name.eq_ignore_ascii_case("x-gzip") {
            "gzip"
        } else {
            name
        };
        let is_named = |offered: &Self| offered.token().is_some_and(|token| name.eq_ignore_ascii_case(token));
        Self::OFFERED.into_iter().find(is_named)
    }

    /// Encodes `body`; identity returns it unchanged.
    pub fn encode(self, body: &Bytes) -> Bytes {
        match self {
            Self::Brotli => brotli(body),
            Self::Zstandard => zstandard(body),
            Self::Gzip => gzip(body),
            Self::Identity => body.clone(),
        }
    }
}

/// Qualities in `Accept-Encoding`, from 0 (refused) to 1; `None` where the header does not name the encoding.
#[derive(Default)]
struct AcceptedEncodings {
    /// In the order of [`ContentEncoding::OFFERED`].
    offered: [Option<f32>; 3],
    identity: Option<f32>,
    any: Option<f32>,
}

impl AcceptedEncodings {
    fn of(headers: &HeaderMap) -> Self {
        let mut accepted = Self::default();
        let offers = headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        for offer in offers {
            let (name, quality) = parse_offer(offer);
            match ContentEncoding::named(name) {
                Some(encoding) => accepted.offered[encoding as usize] = Some(quality),
                None if name == "*" => accepted.any = Some(quality),
                None if name.eq_ignore_ascii_case("identity") => accepted.identity = Some(quality),
                None => {}
            }
        }
        accepted
    }
}

/// Parses `gzip;q=0.5` to (`gzip`, 0.5); an unreadable quality counts as 1.
fn parse_offer(offer: &str) -> (&str, f32) {
    let (name, parameters) = offer.split_once(';').unwrap_or((offer, ""));
    let quality = parameters
        .trim()
        .strip_prefix(['q', 'Q'])
        .and_then(|quality| quality.trim_start().strip_prefix('=')?.trim().parse::<f32>().ok())
        .filter(|quality| (0.0..=1.0).contains(quality))
        .unwrap_or(1.0);
    (name.trim(), quality)
}

/// Brotli at level 5, where a page of 100 kB takes about a millisecond.
fn brotli(body: &[u8]) -> Bytes {
    let mut compressed = Vec::with_capacity(body.len() / 3);
    {
        let mut writer = brotli::CompressorWriter::new(&mut compressed, 4096, 5, 20);
        if writer.write_all(body).is_err() {
            unreachable!("writing to memory does not fail");
        }
    }
    compressed.into()
}

/// Zstandard at level 9, which takes about as long. Its window of at most 4 MB is below the limit of browsers, 8 MB
/// (<https://www.rfc-editor.org/rfc/rfc9659#section-3>).
fn zstandard(body: &[u8]) -> Bytes {
    match zstd::bulk::compress(body, 9) {
        Ok(compressed) => compressed.into(),
        Err(_) => unreachable!("compressing in memory does not fail"),
    }
}

/// Gzip at its default level.
fn gzip(body: &[u8]) -> Bytes {
    let mut writer = flate2::write::GzEncoder::new(Vec::with_capacity(body.len() / 3), flate2::Compression::default());
    match writer.write_all(body).and_then(|()| writer.finish()) {
        Ok(compressed) => compressed.into(),
        Err(_) => unreachable!("writing to memory does not fail"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn negotiated(accepted: &str) -> ContentEncoding {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, accepted.parse().expect("value"));
        ContentEncoding::negotiate(&headers)
    }

    #[test]
    fn the_best_accepted_encoding_is_chosen_and_a_refused_one_never() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", ContentEncoding::Brotli),
            ("gzip, deflate, zstd", ContentEncoding::Zstandard),
            ("gzip, deflate", ContentEncoding::Gzip),
            ("br;q=0, gzip;q=0.5", ContentEncoding::Gzip),
            ("*", ContentEncoding::Brotli),
            ("*, br;q=0", ContentEncoding::Zstandard),
            ("*, br;q=0, zstd;q=0", ContentEncoding::Gzip),
            ("*;q=0", ContentEncoding::Identity),
            ("identity", ContentEncoding::Identity),
            ("deflate", ContentEncoding::Identity),
            ("GZIP", ContentEncoding::Gzip),
            ("x-gzip", ContentEncoding::Gzip),
            ("", ContentEncoding::Identity),
        ] {
            assert_eq!(negotiated(accepted), expected, "{accepted}");
        }
        assert_eq!(ContentEncoding::negotiate(&HeaderMap::new()), ContentEncoding::Identity);
    }

    #[test]
    fn what_the_client_likes_better_goes_before_what_is_smaller() {
        for (accepted, expected) in [
            ("br;q=0.5, gzip", ContentEncoding::Gzip),
            ("br;q=0.5, zstd;q=0.8, gzip;q=0.7", ContentEncoding::Zstandard),
            ("gzip;q=1.0, br;q=1", ContentEncoding::Brotli),
            ("gzip;q=0.001, *;q=0", ContentEncoding::Gzip),
            ("*;q=0.4, gzip;q=0.6", ContentEncoding::Gzip),
            ("identity;q=1, *;q=0.5", ContentEncoding::Identity),
            ("identity;q=0.5, gzip;q=0.5", ContentEncoding::Gzip),
            ("identity;q=0, br;q=0.1", ContentEncoding::Brotli),
            ("br; q=0, gzip ; q = 0.5", ContentEncoding::Gzip),
            ("br;q=many, gzip;q=0.9", ContentEncoding::Brotli),
            ("br;q=NaN, gzip;q=0.9", ContentEncoding::Brotli),
        ] {
            assert_eq!(negotiated(accepted), expected, "{accepted}");
        }
    }

    #[test]
    fn offers_in_several_header_lines_count_together() {
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT_ENCODING, "gzip".parse().expect("value"));
        headers.append(header::ACCEPT_ENCODING, "zstd".parse().expect("value"));
        assert_eq!(ContentEncoding::negotiate(&headers), ContentEncoding::Zstandard);
    }
}
