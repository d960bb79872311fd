//! Settings of requests: rates, proxies, HTTPS, calls from other origins, contact for security researchers.

use std::num::NonZeroU32;

use web::middleware::{
    RateClock, RequestSettings,
    cors::{CorsOrigins, InvalidOrigin},
    https::{HttpsSettings, StrictTransport},
};

use crate::config::{ConfigError, Environment, Lookup, MAX_PROXIES, invalid_setting, number, number_in, number_within};

const HTTPS: &str = "HTTPS";

/// What the settings of requests depend on.
pub(crate) struct Deployment<'a> {
    pub(crate) environment: Environment,
    /// Public base address without a trailing slash.
    pub(crate) public_url: Option<&'a str>,
}

pub(crate) fn read(setting: Lookup<'_>, deployment: &Deployment<'_>) -> Result<RequestSettings, ConfigError> {
    let proxies = match deployment.environment {
        Environment::Development => 0,
        Environment::Production => 1,
    };
    let trusted_proxies = number_within(setting, "TRUSTED_PROXIES", proxies, 0..=MAX_PROXIES)?;
    Ok(RequestSettings {
        posts_per_minute: number(setting, "POSTS_PER_MINUTE", const { NonZeroU32::new(120).unwrap() })?,
        gets_per_minute: rate(setting, "GETS_PER_MINUTE", const { NonZeroU32::new(6_000).unwrap() })?,
        work_per_minute: rate(setting, "WORK_PER_MINUTE", const { NonZeroU32::new(30).unwrap() })?,
        trusted_proxies,
        https: HttpsSettings {
            redirect_to: https_redirect(setting, deployment, trusted_proxies)?,
            strict_transport: strict_transport(setting)?,
        },
        cors: cors_origins(setting)?,
        clock: RateClock::system(),
    })
}

/// Rate in a minute; 0 is no limit.
fn rate(setting: Lookup<'_>, name: &str, default: NonZeroU32) -> Result<Option<NonZeroU32>, ConfigError> {
    let Some(text) = setting(name) else {
        return Ok(Some(default));
    };
    number_in(name, &text).map(NonZeroU32::new)
}

/// Address to which HTTP is redirected.
fn https_redirect(
    setting: Lookup<'_>,
    deployment: &Deployment<'_>,
    trusted_proxies: usize,
) -> Result<Option<String>, ConfigError> {
    let secure_url = deployment.public_url.filter(|url| url.starts_with("https://"));
    match setting(HTTPS).as_deref().map(str::to_lowercase).as_deref() {
        None if deployment.environment == Environment::Production && trusted_proxies > 0 => {
            Ok(secure_url.map(str::to_owned))
        }
        None | Some("off") => Ok(None),
        Some("redirect") if trusted_proxies == 0 => Err(ConfigError(
            "HTTPS is “redirect”, but TRUSTED_PROXIES is 0: only a trusted proxy can say that a request came over HTTP. \
             Set TRUSTED_PROXIES to the number of proxies in front, or HTTPS to off."
                .to_owned(),
        )),
        Some("redirect") => match secure_url {
            Some(url) => Ok(Some(url.to_owned())),
            None => Err(ConfigError(
                "HTTPS is “redirect”, but PUBLIC_URL is no https address. Set PUBLIC_URL to the address to which HTTP is \
                 redirected, such as https://board.example.com, or HTTPS to off."
                    .to_owned(),
            )),
        },
        Some(other) => Err(invalid_setting(HTTPS, other, "redirect or off")),
    }
}

fn strict_transport(setting: Lookup<'_>) -> Result<StrictTransport, ConfigError> {
    match setting("HSTS").as_deref().map(str::to_lowercase).as_deref() {
        None | Some("on") => Ok(StrictTransport::Sent),
        Some("off") => Ok(StrictTransport::Off),
        Some(other) => Err(invalid_setting("HSTS", other, "on or off")),
    }
}

fn cors_origins(setting: Lookup<'_>) -> Result<CorsOrigins, ConfigError> {
    let text = setting("CORS_ORIGINS").unwrap_or_default();
    CorsOrigins::parse(&text).map_err(|InvalidOrigin(word)| {
        let wanted = "a list of origins such as https://app.example.com, with scheme, host and port only, without “*”";
        invalid_setting("CORS_ORIGINS", &word, wanted)
    })
}

/// Address for reports of security problems, as a URI.
pub(crate) fn security_contact(setting: Lookup<'_>) -> Result<Option<String>, ConfigError> {
    const NAME: &str = "SECURITY_CONTACT";
    let Some(text) = setting(NAME) else {
        return Ok(None);
    };
    let is_uri = ["mailto:", "https://", "tel:"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    let is_line = !text.contains(|character: char| character.is_whitespace() || character.is_control());
    match text.split_once('@') {
        _ if is_uri && is_line => Ok(Some(text)),
        Some((person, host)) if is_line && !person.is_empty() && host.contains('.') => {
            Ok(Some(format!("mailto:{text}")))
        }
        _ => Err(invalid_setting(
            NAME,
            &text,
            "a mail address such as security@example.com, or a URI that begins with https:, mailto: or tel:",
        )),
    }
}

/// Refuses a public address over HTTP in production, unless it is that of the machine itself.
pub(crate) fn check_public_url(deployment: &Deployment<'_>) -> Result<(), ConfigError> {
    let Some(url) = deployment.public_url.filter(|url| url.starts_with("http://")) else {
        return Ok(());
    };
    let host = url
        .parse::<axum::http::Uri>()
        .ok()
        .and_then(|uri| uri.host().map(str::to_owned));
    let host = host.unwrap_or_default();
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<std::net::IpAddr>();
    let is_loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match deployment.environment {
        Environment::Production if !is_loopback => Err(invalid_setting(
            "PUBLIC_URL",
            url,
            "an https address in production, so that nobody reads along. Put a proxy with a certificate in front, or set \
             ENVIRONMENT to development",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::tests::{complaint, read};

    const PRODUCTION: (&str, &str) = ("ENVIRONMENT", "production");
    const SECURE_URL: (&str, &str) = ("PUBLIC_URL", "https://board.example");

    #[test]
    fn rates_have_defaults_and_zero_is_no_limit() {
        let rates = |settings: &[(&str, &str)]| {
            let requests = read(settings).expect("settings").requests;
            let of = |rate: Option<std::num::NonZeroU32>| rate.map(std::num::NonZeroU32::get);
            (of(requests.gets_per_minute), of(requests.work_per_minute))
        };
        assert_eq!(rates(&[]), (Some(6_000), Some(30)));
        assert_eq!(
            rates(&[("GETS_PER_MINUTE", "0"), ("WORK_PER_MINUTE", "5")]),
            (None, Some(5))
        );
        for name in ["GETS_PER_MINUTE", "WORK_PER_MINUTE"] {
            assert!(complaint(&[(name, "many")]).contains("whole number"), "{name}");
        }
    }

    #[test]
    fn http_is_redirected_in_production_where_a_proxy_and_an_https_address_are_known() {
        let redirect = |settings: &[(&str, &str)]| read(settings).expect("settings").requests.https.redirect_to;
        let to = Some("https://board.example".to_owned());
        assert_eq!(redirect(&[PRODUCTION, SECURE_URL]), to);
        assert_eq!(redirect(&[PRODUCTION]), None);
        assert_eq!(redirect(&[SECURE_URL]), None);
        assert_eq!(redirect(&[PRODUCTION, SECURE_URL, ("TRUSTED_PROXIES", "0")]), None);
        assert_eq!(redirect(&[PRODUCTION, SECURE_URL, ("HTTPS", "off")]), None);
        assert_eq!(
            redirect(&[SECURE_URL, ("HTTPS", "redirect"), ("TRUSTED_PROXIES", "1")]),
            to
        );
        assert!(complaint(&[SECURE_URL, ("HTTPS", "redirect")]).contains("TRUSTED_PROXIES is 0"));
        assert!(complaint(&[PRODUCTION, ("HTTPS", "redirect")]).contains("PUBLIC_URL is no https address"));
        assert!(complaint(&[("HTTPS", "yes")]).contains("redirect or off"));
        assert!(complaint(&[("HSTS", "maybe")]).contains("on or off"));
    }

    #[test]
    fn a_public_address_over_http_is_refused_in_production_unless_it_is_this_machine() {
        for url in [
            "http://board.example",
            "http://192.0.2.1:8080",
            "http://localhost.example",
        ] {
            let told = complaint(&[PRODUCTION, ("PUBLIC_URL", url)]);
            assert!(
                told.starts_with("PUBLIC_URL is “http://") && told.contains("https"),
                "{told}"
            );
            assert!(read(&[("PUBLIC_URL", url)]).is_ok(), "{url} in development");
        }
        for url in [
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "https://board.example",
        ] {
            assert!(read(&[PRODUCTION, ("PUBLIC_URL", url)]).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_security_contact_is_a_mail_address_or_a_uri() {
        let contact = |text: &str| read(&[("SECURITY_CONTACT", text)]).expect("settings").security_contact;
        for (text, uri) in [
            ("security@example.com", "mailto:security@example.com"),
            ("mailto:security@example.com", "mailto:security@example.com"),
            ("https://example.com/report", "https://example.com/report"),
        ] {
            assert_eq!(contact(text).as_deref(), Some(uri));
        }
        for text in [
            "security",
            "@example.com",
            "a@b c.example",
            "http://example.com",
            "https://a\nExpires: x",
        ] {
            assert!(
                complaint(&[("SECURITY_CONTACT", text)]).contains("security@example.com"),
                "{text}"
            );
        }
        assert!(complaint(&[("CORS_ORIGINS", "https://a.example *")]).contains("“*”"));
    }
}
