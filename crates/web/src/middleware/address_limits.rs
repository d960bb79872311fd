//! Limits of an address: length of the path, of the query and of each parameter.
//!
//! Addresses are part of cache keys and are repeated in the links of a page, so a long one costs many times its length.

use axum::http::Uri;

use crate::error::Error;

/// Longest path, in bytes. The longest of our own has an id and a name.
pub const MAX_PATH_BYTES: usize = 2 * 1024;
/// Longest query, in bytes as sent.
pub const MAX_QUERY_BYTES: usize = 8 * 1024;
/// Longest name or value of a parameter, in characters after decoding.
pub const MAX_PARAMETER_CHARACTERS: usize = 2_000;

/// Checks the lengths.
///
/// # Errors
/// 414 for a path or query that is too long; 422 that names the parameter that is too long.
pub(crate) fn check_address(uri: &Uri) -> Result<(), Error> {
    let query = uri.query().unwrap_or_default();
    if uri.path().len() > MAX_PATH_BYTES || query.len() > MAX_QUERY_BYTES {
        return Err(Error::address_too_long());
    }
    if query.len() <= MAX_PARAMETER_CHARACTERS {
        return Ok(());
    }
    // Whatever is in the query, its pairs can be told apart; a parser that wants more gives its own error.
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let is_too_long = |text: &String| text.chars().nth(MAX_PARAMETER_CHARACTERS).is_some();
    match pairs
        .iter()
        .find(|(name, value)| is_too_long(name) || is_too_long(value))
    {
        Some((name, _)) => Err(Error::parameter_too_long(name, MAX_PARAMETER_CHARACTERS)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    fn status(address: &str) -> Option<(StatusCode, Vec<String>)> {
        let error = check_address(&address.parse().expect("address")).err()?;
        let fields = error.fields.iter().map(|field| field.field.to_string());
        Some((error.status, fields.collect()))
    }

    #[test]
    fn an_address_is_refused_from_the_first_byte_or_character_too_many() {
        let (letters, most) = (|count: usize| "x".repeat(count), MAX_PARAMETER_CHARACTERS);
        let named = |name: &str| Some((StatusCode::UNPROCESSABLE_ENTITY, vec![name.to_owned()]));
        let too_long = Some((StatusCode::URI_TOO_LONG, Vec::new()));
        let rows = [
            (format!("/{}", letters(MAX_PATH_BYTES - 1)), None),
            (format!("/{}", letters(MAX_PATH_BYTES)), too_long.clone()),
            (format!("/deals?q={}", letters(most)), None),
            (format!("/deals?q={}", letters(most + 1)), named("q")),
            (format!("/deals?sector=a&q={}&page=2", letters(most + 1)), named("q")),
            // Characters count, not their bytes, once or percent-encoded.
            (format!("/deals?q={}", "%C3%A9".repeat(most / 2)), None),
            (format!("/deals?q={}", "+".repeat(most + 1)), named("q")),
            (format!("/deals?a={0}&b={0}&c={0}&d={0}", letters(most)), None),
            (format!("/deals?{}", letters(MAX_QUERY_BYTES + 1)), too_long.clone()),
            (format!("/deals?{}", "a&".repeat(MAX_QUERY_BYTES / 2)), None),
            (format!("/deals?{}", "%".repeat(most)), None),
        ];
        for (address, expected) in rows {
            assert_eq!(status(&address), expected, "{}", &address[..address.len().min(40)]);
        }
        let (_, fields) = status(&format!("/deals?{}=1", letters(most + 1))).expect("refused");
        assert_eq!(fields[0].chars().count(), 41, "a name is shortened: {}", fields[0]);
    }
}
