//! Same-origin check of requests that write.

use axum::http::{HeaderMap, HeaderName, header};

/// Checks `Sec-Fetch-Site` and `Origin`. Clients other than browsers send neither and are accepted.
/// <https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html>
pub(crate) fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match text(header::ORIGIN) {
        // Behind a proxy the scheme is unknown, so only host and port are compared.
        Some(origin) => origin.split_once("://").map(|(_, host)| host) == text(header::HOST),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_form_is_accepted_from_our_own_pages_and_from_programs() {
        for accepted in [
            vec![],
            vec![("sec-fetch-site", "same-origin")],
            vec![("sec-fetch-site", "none")],
            vec![("host", "board.example"), ("origin", "https://board.example")],
            vec![("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")],
        ] {
            assert!(is_same_origin(&headers(&accepted)), "{accepted:?}");
        }
        for refused in [
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("sec-fetch-site", "cross-site"), ("host", "a"), ("origin", "http://a")],
            vec![("host", "board.example"), ("origin", "https://evil.example")],
            vec![("host", "board.example"), ("origin", "null")],
            vec![("host", "board.example"), ("origin", "https://board.example.evil")],
            vec![("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:9090")],
        ] {
            assert!(!is_same_origin(&headers(&refused)), "{refused:?}");
        }
    }
}
