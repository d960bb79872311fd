//! Parser for `USER_ENTERED` values: numbers, currency amounts, dates, booleans, formulas.
//!
//! Source: <https://developers.google.com/workspace/sheets/api/reference/rest/v4/ValueInputOption>

use jiff::civil::{Date, Time};

use crate::{
    format::{
        locale::{CurrencyDigits, Locale},
        serial_date,
    },
    workbook::cell::CellEntry,
};

/// Parsed input: the entry and the number format it implies.
#[derive(Debug, PartialEq)]
pub struct ParsedInput {
    /// Entry of the cell.
    pub entry: CellEntry,
    /// Type and pattern of the implied number format.
    pub format: Option<(&'static str, String)>,
}

impl ParsedInput {
    fn plain(entry: CellEntry) -> Self {
        Self { entry, format: None }
    }

    fn number(number: f64, kind: &'static str, pattern: &str) -> Self {
        Self {
            entry: CellEntry::Number(number),
            format: Some((kind, pattern.to_owned())),
        }
    }
}

/// Parses a text as typed in the given locale.
pub fn read(text: &str, locale: Locale) -> ParsedInput {
    if text.is_empty() {
        return ParsedInput::plain(CellEntry::Blank);
    }
    if let Some(rest) = text.strip_prefix('\'') {
        return ParsedInput::plain(CellEntry::Text(rest.into()));
    }
    if text.starts_with('=') && text.len() > 1 {
        return ParsedInput::plain(CellEntry::Formula(text.into()));
    }
    let trimmed = text.trim();
    if trimmed.eq_ignore_ascii_case("true") || trimmed.eq_ignore_ascii_case("false") {
        return ParsedInput::plain(CellEntry::Bool(trimmed.eq_ignore_ascii_case("true")));
    }
    number(trimmed, locale)
        .or_else(|| date_or_time(trimmed, locale))
        .unwrap_or_else(|| ParsedInput::plain(CellEntry::Text(text.into())))
}

/// Parses a decimal number with sign, currency, percent sign and digit grouping.
fn number(text: &str, locale: Locale) -> Option<ParsedInput> {
    let (negative, rest) = match text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => (true, inner.trim()),
        None => match text.strip_prefix('-') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text.strip_prefix('+').unwrap_or(text).trim_start()),
        },
    };
    let amount = if locale.is_currency_behind {
        rest.strip_suffix(locale.currency).map(str::trim_end)
    } else {
        rest.strip_prefix(locale.currency).map(str::trim_start)
    };
    let (currency, rest) = amount.map_or((false, rest), |rest| (true, rest));
    let (negative, rest) = match rest.strip_prefix('-') {
        Some(rest) if currency && !negative => (true, rest),
        _ => (negative, rest),
    };
    let (percent, rest) = match rest.strip_suffix('%') {
        Some(rest) => (true, rest.trim_end()),
        None => (false, rest),
    };
    let decimal = decimal(rest, locale)?;
    let signed = if negative { -decimal.number } else { decimal.number };
    Some(match (currency, percent) {
        (true, true) => return None,
        (true, false) => {
            let digits = if decimal.point {
                CurrencyDigits::Cents
            } else {
                CurrencyDigits::Whole
            };
            ParsedInput::number(signed, "CURRENCY", &locale.currency_pattern(digits))
        }
        (false, true) if decimal.point => ParsedInput::number(signed / 100.0, "PERCENT", "0.00%"),
        (false, true) => ParsedInput::number(signed / 100.0, "PERCENT", "0%"),
        (false, false) if decimal.scientific => ParsedInput::number(signed, "SCIENTIFIC", "0.00E+00"),
        (false, false) if decimal.grouped && decimal.point => ParsedInput::number(signed, "NUMBER", "#,##0.00"),
        (false, false) if decimal.grouped => ParsedInput::number(signed, "NUMBER", "#,##0"),
        (false, false) => ParsedInput::plain(CellEntry::Number(signed)),
    })
}

struct Decimal {
    number: f64,
    point: bool,
    grouped: bool,
    scientific: bool,
}

fn decimal(text: &str, locale: Locale) -> Option<Decimal> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once(locale.decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = whole.split(|letter| locale.is_group(letter)).collect();
    let grouped = groups.len() > 1;
    let regular = groups[0].len() <= 3 && !groups[0].is_empty() && groups[1..].iter().all(|group| group.len() == 3);
    if !groups.iter().all(|group| is_digits(group)) || (grouped && !regular) {
        return None;
    }
    let fraction = fraction.unwrap_or("x");
    let point = fraction != "x";
    let fraction = if point { fraction } else { "" };
    if !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !is_digits(digits) || whole.is_empty() {
            return None;
        }
    }
    let exponent_text = exponent.map_or_else(String::new, |exponent| format!("e{exponent}"));
    let number: f64 = format!("{}.{fraction}{exponent_text}", groups.concat()).parse().ok()?;
    let scientific = exponent.is_some();
    number.is_finite().then_some(Decimal {
        number,
        point: point && !fraction.is_empty(),
        grouped,
        scientific,
    })
}

/// Parses a date, a time or both.
fn date_or_time(text: &str, locale: Locale) -> Option<ParsedInput> {
    if let Some((day, pattern)) = day(text, locale) {
        return Some(ParsedInput::number(serial_date::from_date(day), "DATE", pattern));
    }
    if let Some((time, pattern)) = time(text) {
        return Some(ParsedInput::number(fraction(time), "TIME", pattern));
    }
    let (first, second) = text.split_once(' ').or_else(|| text.split_once('T'))?;
    let (day, day_pattern) = day(first, locale)?;
    let (time, time_pattern) = time(second.trim())?;
    let serial = serial_date::from_date_time(day.to_datetime(time));
    let pattern = format!("{day_pattern} {time_pattern}");
    Some(ParsedInput {
        entry: CellEntry::Number(serial),
        format: Some(("DATE_TIME", pattern)),
    })
}

fn fraction(time: Time) -> f64 {
    let day = jiff::civil::date(1899, 12, 30);
    serial_date::from_date_time(day.to_datetime(time))
}

/// Parses a date: `2020-01-31`, `2020/1/31`, `1/31/2020` or `31/1/2020`, `31-Jan-2020`, `Jan 31, 2020`.
fn day(text: &str, locale: Locale) -> Option<(Date, &'static str)> {
    let own = locale.day_separator();
    for (separator, year_pattern, pattern) in [
        (
            '-',
            Some("yyyy-mm-dd"),
            if locale.is_day_first { "d-M-yyyy" } else { "M-d-yyyy" },
        ),
        (
            '/',
            Some("yyyy/mm/dd"),
            if locale.is_day_first { "dd/MM/yyyy" } else { "M/d/yyyy" },
        ),
        ('.', None, locale.day_pattern),
    ] {
        if separator == '.' && own != '.' {
            continue;
        }
        if let Some(parts) = three_numbers(text, separator) {
            let with_year_first = year_pattern.and_then(|pattern| Some((year_first(parts)?, pattern)));
            return with_year_first.or_else(|| Some((year_last(parts, locale)?, pattern)));
        }
    }
    named_month(text)
}

/// Three numbers of a date as typed.
#[derive(Clone, Copy)]
struct DateNumbers {
    numbers: [i32; 3],
    /// Number of digits of each.
    lengths: [usize; 3],
}

fn three_numbers(text: &str, separator: char) -> Option<DateNumbers> {
    let parts: Vec<&str> = text.split(separator).collect();
    let [first, second, third] = parts.as_slice() else {
        return None;
    };
    let read = |part: &str| {
        let digits = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<i32>().ok()).flatten()
    };
    Some(DateNumbers {
        numbers: [read(first)?, read(second)?, read(third)?],
        lengths: [first.len(), second.len(), third.len()],
    })
}

fn civil(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()
}

fn year_first(DateNumbers { numbers, lengths }: DateNumbers) -> Option<Date> {
    (lengths[0] == 4)
        .then(|| civil(numbers[0], numbers[1], numbers[2]))
        .flatten()
}

fn year_last(DateNumbers { numbers, lengths }: DateNumbers, locale: Locale) -> Option<Date> {
    let year = match lengths[2] {
        4 => numbers[2],
        2 if numbers[2] < 30 => 2000 + numbers[2],
        2 => 1900 + numbers[2],
        _ => return None,
    };
    let (month, day) = if locale.is_day_first {
        (numbers[1], numbers[0])
    } else {
        (numbers[0], numbers[1])
    };
    civil(year, month, day)
}

fn named_month(text: &str) -> Option<(Date, &'static str)> {
    let parts: Vec<&str> = text.split([' ', ',', '-']).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = parts.as_slice() else {
        return None;
    };
    let year: i32 = (third.len() == 4).then(|| third.parse().ok()).flatten()?;
    if let (Ok(day), Some(month)) = (first.parse(), month_of(second)) {
        return civil(year, month, day).map(|day| (day, if text.contains('-') { "d-mmm-yyyy" } else { "d mmm yyyy" }));
    }
    let day = second.parse().ok()?;
    civil(year, month_of(first)?, day).map(|day| (day, "mmm d, yyyy"))
}

fn month_of(name: &str) -> Option<i32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let index = NAMES
        .iter()
        .position(|full| name.len() >= 3 && (*full == name || full[..3] == *name))?;
    i32::try_from(index + 1).ok()
}

/// Parses a time: `9:05`, `9:05:00`, `9:05:00.250`, `9:05 PM`.
fn time(text: &str) -> Option<(Time, &'static str)> {
    let lower = text.to_ascii_lowercase();
    let (clock, afternoon) = match lower.strip_suffix("pm").map(|rest| (rest, true)) {
        Some((rest, flag)) => (rest.trim_end(), Some(flag)),
        None => match lower.strip_suffix("am") {
            Some(rest) => (rest.trim_end(), Some(false)),
            None => (lower.as_str(), None),
        },
    };
    let parts: Vec<&str> = clock.split(':').collect();
    if !(2..=3).contains(&parts.len()) || parts.iter().any(|part| part.is_empty() || part.len() > 6) {
        return None;
    }
    let hour: i8 = parts[0].parse().ok()?;
    let hour = match afternoon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        None => hour,
    };
    let minute: i8 = (parts[1].len() == 2).then(|| parts[1].parse().ok()).flatten()?;
    let (second, millisecond) = parts.get(2).map_or(Some((0, 0)), |part| seconds(part))?;
    let time = Time::new(hour, minute, second, millisecond * 1_000_000).ok()?;
    // The implied pattern never shows fractions of a second, although the value keeps them.
    let pattern = match (parts.len(), afternoon.is_some()) {
        (2, true) => "h:mm am/pm",
        (2, false) => "h:mm",
        (_, true) => "h:mm:ss am/pm",
        (_, false) => "h:mm:ss",
    };
    Some((time, pattern))
}

fn seconds(text: &str) -> Option<(i8, i32)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if whole.len() != 2 || fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some((whole.parse().ok()?, padded.parse().ok()?))
}
