//! Parser for dates as people and spreadsheets write them: day before month, French and English month names, ISO 8601,
//! and serial numbers of a sheet.
//!
//! `12/31/2026` is refused with a hint; `03/04/2026` is always 3 April.

use domain::{language::Language, normalize::normalize};
use jiff::{
    ToSpan,
    civil::{Date, date},
};

/// Plausible years of a due date.
const YEARS: std::ops::RangeInclusive<i16> = 1980..=2100;

/// Two-digit years up to this one mean 2000 to 2079, larger ones 1980 to 1999.
const LAST_SHORT_YEAR: i16 = 79;

/// Month names without accents, in full and abbreviated.
const MONTHS: [(&str, i8); 43] = [
    ("janvier", 1),
    ("janv", 1),
    ("jan", 1),
    ("january", 1),
    ("fevrier", 2),
    ("fevr", 2),
    ("fev", 2),
    ("february", 2),
    ("feb", 2),
    ("mars", 3),
    ("mar", 3),
    ("march", 3),
    ("avril", 4),
    ("avr", 4),
    ("april", 4),
    ("apr", 4),
    ("mai", 5),
    ("may", 5),
    ("juin", 6),
    ("jun", 6),
    ("june", 6),
    ("juillet", 7),
    ("juil", 7),
    ("jul", 7),
    ("july", 7),
    ("aout", 8),
    ("aou", 8),
    ("august", 8),
    ("aug", 8),
    ("septembre", 9),
    ("september", 9),
    ("sept", 9),
    ("sep", 9),
    ("octobre", 10),
    ("october", 10),
    ("oct", 10),
    ("novembre", 11),
    ("november", 11),
    ("nov", 11),
    ("decembre", 12),
    ("december", 12),
    ("dec", 12),
    ("juill", 7),
];

const WEEKDAYS: [&str; 28] = [
    "lundi",
    "lun",
    "mardi",
    "mercredi",
    "mer",
    "jeudi",
    "jeu",
    "vendredi",
    "ven",
    "samedi",
    "sam",
    "dimanche",
    "dim",
    "monday",
    "mon",
    "tuesday",
    "tue",
    "tues",
    "wednesday",
    "wed",
    "thursday",
    "thu",
    "thurs",
    "friday",
    "fri",
    "saturday",
    "sat",
    "sunday",
];

/// Reason why a text is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateProblem {
    /// Empty or only spaces.
    #[error("nothing is written")]
    Empty,
    /// Unknown format.
    #[error("not a date")]
    Unreadable,
    /// The month has no such day, or the year has no such month.
    #[error("there is no day {day:02}/{month:02}/{year}")]
    NoSuchDay {
        /// Day of the month as written.
        day: i16,
        /// Month as written.
        month: i16,
        /// Four-digit year.
        year: i16,
    },
    /// Month before day, as in `12/31/2026`.
    #[error("the month stands before the day")]
    MonthFirst,
    /// Day and month without a year, or month and year without a day.
    #[error("day, month or year is missing")]
    Incomplete,
    /// Before 1980 or after 2100.
    #[error("the year {0} is not between 1980 and 2100")]
    ImplausibleYear(i16),
    /// A number that is not the serial number of a plausible date.
    #[error("a number outside of the days from 1980 to 2100")]
    ImplausibleNumber,
}

impl DateProblem {
    /// Message that follows the quoted date, such as `illisible`.
    pub fn text(self, language: Language) -> String {
        let french = language == Language::French;
        match self {
            Self::Empty => if french { "absente" } else { "missing" }.to_owned(),
            Self::Unreadable => if french {
                "illisible : écrivez jour/mois/année, comme 31/12/2026"
            } else {
                "cannot be read: write day/month/year, as 31/12/2026"
            }
            .to_owned(),
            Self::NoSuchDay { day, month, year } if french => {
                format!("impossible : le {day:02}/{month:02}/{year} n’existe pas")
            }
            Self::NoSuchDay { day, month, year } => format!("is impossible: there is no {day:02}/{month:02}/{year}"),
            Self::MonthFirst => if french {
                "refusée : le mois est écrit avant le jour ; écrivez jour/mois/année, comme 31/12/2026"
            } else {
                "is refused: the month stands before the day; write day/month/year, as 31/12/2026"
            }
            .to_owned(),
            Self::Incomplete => if french {
                "incomplète : il faut le jour, le mois et l’année"
            } else {
                "is incomplete: day, month and year are needed"
            }
            .to_owned(),
            Self::ImplausibleYear(year) if french => format!("refusée : l’année {year} n’est pas entre 1980 et 2100"),
            Self::ImplausibleYear(year) => format!("is refused: the year {year} is not between 1980 and 2100"),
            Self::ImplausibleNumber => if french {
                "illisible : ce nombre n’est pas une date de tableur"
            } else {
                "cannot be read: this number is no date of a spreadsheet"
            }
            .to_owned(),
        }
    }
}

/// Parses a date. A time and its zone are dropped: the result is the date as written.
///
/// # Errors
/// [`DateProblem`] when the text is not a plausible date.
pub fn parse_date(text: &str) -> Result<Date, DateProblem> {
    let folded = normalize(text);
    if folded.is_empty() {
        return Err(DateProblem::Empty);
    }
    let written = without_time(&folded).ok_or(DateProblem::Unreadable)?;
    if let Some(number) = plain_number(written) {
        return number_of(written, number);
    }
    if written.starts_with('-') || written.contains(|sign: char| !sign.is_alphanumeric() && !" /.-,'".contains(sign)) {
        return Err(DateProblem::Unreadable);
    }
    let tokens: Vec<DateToken> = written
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty() && !WEEKDAYS.contains(word) && !["le", "the", "of"].contains(word))
        .map(DateToken::of)
        .collect::<Option<_>>()
        .ok_or(DateProblem::Unreadable)?;
    match tokens[..] {
        [
            DateToken::Number(year, 4),
            DateToken::Number(month, 1..=2),
            DateToken::Number(day, 1..=2),
        ] => day_of(day, month, year),
        [
            DateToken::Number(day, 1..=2),
            DateToken::Number(month, 1..=2),
            DateToken::Number(year, length),
        ] => {
            let year = full_year(year, length)?;
            if month > 12 && (1..=12).contains(&day) && month <= 31 {
                return Err(DateProblem::MonthFirst);
            }
            day_of(day, month, year)
        }
        [
            DateToken::Number(day, 1..=2),
            DateToken::Month(month),
            DateToken::Number(year, length),
        ]
        | [
            DateToken::Month(month),
            DateToken::Number(day, 1..=2),
            DateToken::Number(year, length),
        ] => day_of(day, month.into(), full_year(year, length)?),
        [
            DateToken::Number(year, 4),
            DateToken::Month(month),
            DateToken::Number(day, 1..=2),
        ] => day_of(day, month.into(), year),
        [
            DateToken::Number(_, 1..=2) | DateToken::Month(_),
            DateToken::Number(_, 1..=2 | 4),
        ]
        | [DateToken::Number(_, 1..=2 | 4), DateToken::Month(_)]
        | [DateToken::Month(_)] => Err(DateProblem::Incomplete),
        _ => Err(DateProblem::Unreadable),
    }
}

/// Converts a serial number: days since 30 December 1899, as Excel counts from March 1900 on and Google Sheets always.
/// The fraction (time of day) is dropped.
///
/// # Errors
/// [`DateProblem`] when the number is not a plausible date.
pub fn from_serial(serial: f64) -> Result<Date, DateProblem> {
    // 1 January 1980 and 31 December 2100.
    const PLAUSIBLE: std::ops::Range<f64> = 29_221.0..73_416.0;
    if !PLAUSIBLE.contains(&serial) {
        return Err(DateProblem::ImplausibleNumber);
    }
    #[expect(clippy::cast_possible_truncation, reason = "within the plausible days")]
    let days = serial.floor() as i64;
    date(1899, 12, 30)
        .checked_add(days.days())
        .map_err(|_| DateProblem::ImplausibleNumber)
}

/// Strips a time such as `10:30`, `t10:30:00z` or `a 10:30 pm`; `None` when something other than a time has a colon.
fn without_time(text: &str) -> Option<&str> {
    let Some(colon) = text.find(':') else {
        return Some(text);
    };
    let is_time = |character: char| character.is_ascii_digit() || ":.,+- zapm".contains(character);
    if !text[colon..].chars().all(is_time) {
        return None;
    }
    let before = text[..colon].trim_end_matches(|digit: char| digit.is_ascii_digit());
    let before = before.trim_end();
    let before = [" a", " at", "t"]
        .iter()
        .find_map(|word| before.strip_suffix(word))
        .unwrap_or(before);
    Some(before.trim_end_matches([' ', ',']))
}

/// A number with at most one decimal mark, as a sheet writes a serial number; not `31.12`, which lacks its year.
fn plain_number(text: &str) -> Option<f64> {
    let digits = text.split(['.', ',']).next().unwrap_or_default();
    if digits.len() < 3 {
        return None;
    }
    text.chars()
        .all(|sign| sign.is_ascii_digit() || sign == '.' || sign == ',')
        .then(|| text.replace(',', ".").parse().ok())
        .flatten()
}

/// `20261231`, or a serial number.
fn number_of(written: &str, number: f64) -> Result<Date, DateProblem> {
    if written.len() == 8
        && let (Ok(year), Ok(month), Ok(day)) = (written[..4].parse(), written[4..6].parse(), written[6..].parse())
    {
        return day_of(day, month, year);
    }
    from_serial(number)
}

#[derive(Clone, Copy)]
enum DateToken {
    /// A number and its count of digits.
    Number(i16, usize),
    Month(i8),
}

impl DateToken {
    fn of(word: &str) -> Option<Self> {
        let digits = word.trim_end_matches(|letter: char| letter.is_alphabetic());
        let letters = &word[digits.len()..];
        if letters.is_empty() || matches!(letters, "er" | "st" | "nd" | "rd" | "th") && !digits.is_empty() {
            return Some(Self::Number(digits.parse().ok()?, digits.len()));
        }
        MONTHS
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, month)| Self::Month(*month))
    }
}

fn full_year(year: i16, digits: usize) -> Result<i16, DateProblem> {
    match digits {
        4 => Ok(year),
        2 if year <= LAST_SHORT_YEAR => Ok(2000 + year),
        2 => Ok(1900 + year),
        _ => Err(DateProblem::Unreadable),
    }
}

fn day_of(day: i16, month: i16, year: i16) -> Result<Date, DateProblem> {
    let no_such_day = DateProblem::NoSuchDay { day, month, year };
    let (Ok(short_month), Ok(short_day)) = (i8::try_from(month), i8::try_from(day)) else {
        return Err(no_such_day);
    };
    let read = Date::new(year, short_month, short_day).map_err(|_| no_such_day)?;
    match YEARS.contains(&year) {
        true => Ok(read),
        false => Err(DateProblem::ImplausibleYear(year)),
    }
}
