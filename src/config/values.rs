//! Readers of single values, each with the sentence about a value that cannot be used.

use std::{
    fmt::Display,
    fs::File,
    num::{NonZeroU32, NonZeroU64, NonZeroUsize},
    ops::RangeInclusive,
    path::PathBuf,
    str::FromStr,
};

use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use crate::config::{ConfigError, Lookup};

/// Shortest secret and token that is accepted, in characters. In hexadecimal digits this is 128 bits.
pub(crate) const MIN_SECRET_LENGTH: usize = 32;

/// Numbers of a setting whose range is that of its type.
pub(crate) trait Limits: Sized {
    /// All values of the type.
    const RANGE: RangeInclusive<Self>;
}

macro_rules! limits {
    ($($number:ty),*) => {
        $(impl Limits for $number {
            const RANGE: RangeInclusive<Self> = Self::MIN..=Self::MAX;
        })*
    };
}
limits!(u16, u32, u64, usize, NonZeroU32, NonZeroU64, NonZeroUsize);

/// Whole number, as wide as its type.
pub(crate) fn number<N>(setting: Lookup<'_>, name: &str, default: N) -> Result<N, ConfigError>
where
    N: FromStr + PartialOrd + Display + Limits,
{
    number_within(setting, name, default, N::RANGE)
}

/// Whole number in `range`.
pub(crate) fn number_within<N>(
    setting: Lookup<'_>,
    name: &str,
    default: N,
    range: RangeInclusive<N>,
) -> Result<N, ConfigError>
where
    N: FromStr + PartialOrd + Display,
{
    match setting(name) {
        Some(text) => parse_within(name, &text, &range),
        None => Ok(default),
    }
}

/// Whole number that has been looked up already.
pub(crate) fn number_in<N>(name: &str, text: &str) -> Result<N, ConfigError>
where
    N: FromStr + PartialOrd + Display + Limits,
{
    parse_within(name, text, &N::RANGE)
}

fn parse_within<N>(name: &str, text: &str, range: &RangeInclusive<N>) -> Result<N, ConfigError>
where
    N: FromStr + PartialOrd + Display,
{
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        invalid_setting(name, text, &wanted)
    })
}

/// Boolean setting, `false` by default.
pub(crate) fn switch(setting: Lookup<'_>, name: &str) -> Result<bool, ConfigError> {
    match setting(name).as_deref().map(str::to_lowercase).as_deref() {
        None | Some("false" | "0" | "no" | "off") => Ok(false),
        Some("true" | "1" | "yes" | "on") => Ok(true),
        Some(other) => Err(invalid_setting(name, other, "true or false")),
    }
}

/// A secret or token that is too long to be guessed, or none.
///
/// # Errors
/// A message that names the setting and its length, never its content.
pub(crate) fn strong_secret(name: &str, secret: Option<String>) -> Result<Option<String>, ConfigError> {
    let length = secret
        .as_deref()
        .map_or(MIN_SECRET_LENGTH, |secret| secret.trim().chars().count());
    if length >= MIN_SECRET_LENGTH {
        return Ok(secret);
    }
    let characters = if length == 1 { "character" } else { "characters" };
    Err(ConfigError(format!(
        "{name} has {length} {characters}, so that it can be guessed; at least {MIN_SECRET_LENGTH} are needed. Make one with: openssl rand -hex 32"
    )))
}

/// Webhook of Slack, or of a program that takes the same requests.
///
/// # Errors
/// A message without the address, which is a secret.
pub(crate) fn check_webhook(name: &str, address: Option<&str>) -> Result<(), ConfigError> {
    let is_address = |address: &str| {
        let url = address.parse::<axum::http::Uri>();
        url.is_ok_and(|url| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some())
    };
    if address.is_none_or(is_address) {
        return Ok(());
    }
    Err(ConfigError(format!(
        "{name} cannot be read; an address such as https://hooks.slack.com/services/… is expected."
    )))
}

/// A named file, which must be there and open.
pub(crate) fn readable_file(name: &str, path: Option<String>) -> Result<Option<PathBuf>, ConfigError> {
    let Some(path) = path.map(PathBuf::from) else {
        return Ok(None);
    };
    let cause = match File::open(&path).and_then(|file| file.metadata()) {
        Ok(metadata) if metadata.is_file() => return Ok(Some(path)),
        Ok(_) => "it is not a file".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(ConfigError(format!(
        "{name} ({}) cannot be read: {cause}. Put the file there, or unset {name}.",
        path.display()
    )))
}

/// Log filter, `info` by default.
///
/// A word alone must be a level. The library takes any other word for the name of a module, so that with `inof` it
/// would log nothing without a sign.
pub(crate) fn filter(name: &str, text: Option<String>) -> Result<String, ConfigError> {
    let text = text.unwrap_or_else(|| "info".to_owned());
    let is_level_or_longer =
        |part: &str| part.contains(['=', '[']) || part.trim().parse::<LevelFilter>().is_ok() || part.is_empty();
    if text.split(',').all(is_level_or_longer) && EnvFilter::builder().parse(&text).is_ok() {
        return Ok(text);
    }
    let wanted = "a log filter: off, error, warn, info, debug or trace, also for single modules as in warn,deals=debug";
    Err(invalid_setting(name, &text, wanted))
}

/// Sentence about a value that cannot be read.
pub(crate) fn invalid_setting(name: &str, value: &str, wanted: &str) -> ConfigError {
    ConfigError(format!("{name} is “{value}”, but must be {wanted}."))
}
