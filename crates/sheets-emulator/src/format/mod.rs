//! Conversion between typed, stored and displayed values: number formats, locales, dates, `USER_ENTERED` parsing.

pub(crate) mod locale;
pub(crate) mod number_format;
pub(crate) mod serial_date;
pub(crate) mod user_entered;

#[cfg(test)]
mod tests;
