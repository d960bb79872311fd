//! Precompressed static file: stored as gzip and sent unchanged.

use std::io::Read;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use flate2::read::GzDecoder;

use crate::response::compression::ContentEncoding;

/// Immutable file in gzip. It takes less memory than a [`RenderedResponse`](crate::response::rendered::RenderedResponse), which holds the uncompressed bytes too.
#[derive(Clone, Copy, Debug)]
pub struct PrecompressedFile {
    /// Media type of the uncompressed file.
    pub content_type: &'static str,
    /// Bytes in gzip.
    pub gzip: &'static [u8],
}

impl PrecompressedFile {
    /// Response for one request; the file is decompressed for the few clients that do not accept gzip.
    ///
    /// # Errors
    /// If the bytes are not valid gzip.
    pub fn respond(&self, request: &HeaderMap) -> Result<Response, std::io::Error> {
        let accepts_gzip = ContentEncoding::accepts_gzip(request);
        let body = if accepts_gzip {
            Bytes::from_static(self.gzip)
        } else {
            self.decompressed()?.into()
        };
        let mut response = Response::new(Body::from(body));
        let headers = response.headers_mut();
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set(header::CONTENT_TYPE, self.content_type);
        set(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
        set(header::VARY, "Accept-Encoding");
        if accepts_gzip {
            set(header::CONTENT_ENCODING, "gzip");
        }
        Ok(response)
    }

    /// Uncompressed file.
    ///
    /// # Errors
    /// If the bytes are not valid gzip.
    pub fn decompressed(&self) -> Result<Vec<u8>, std::io::Error> {
        let mut file = Vec::new();
        GzDecoder::new(self.gzip).read_to_end(&mut file)?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `hello` in gzip.
    pub(crate) const HELLO: PrecompressedFile = PrecompressedFile {
        content_type: "text/plain",
        gzip: &[
            31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0,
        ],
    };

    #[test]
    fn the_file_goes_out_packed_to_whoever_takes_it_so() {
        for (accepted, encoding) in [
            ("br, gzip", Some("gzip")),
            ("*", Some("gzip")),
            ("gzip;q=0", None),
            ("br", None),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            let response = HELLO.respond(&headers).expect("response");
            let named = response.headers().get(header::CONTENT_ENCODING);
            assert_eq!(named.and_then(|value| value.to_str().ok()), encoding, "{accepted}");
        }
        assert_eq!(HELLO.decompressed().expect("gzip"), b"hello");
    }
}
