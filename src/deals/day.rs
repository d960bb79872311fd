//! Reads a day as people and spreadsheets write it: day before month, French and English month names, ISO, and the
//! serial numbers of a sheet.
//!
//! `12/31/2026` is refused with a hint; `03/04/2026` is always the third of April.

use jiff::{
    ToSpan,
    civil::{Date, date},
};

use crate::{language::Language, spelling::fold};

/// Years that the due date of a deal can plausibly have.
const YEARS: std::ops::RangeInclusive<i16> = 1980..=2100;

/// Two digits up to this one mean 2000 to 2079, greater ones 1980 to 1999.
const LAST_SHORT_YEAR: i16 = 79;

/// Month names without accents: whole ones and what they are cut to.
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

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayProblem {
    /// Nothing but spaces.
    #[error("nothing is written")]
    Empty,
    /// No known way to write a day.
    #[error("not a date")]
    Unreadable,
    /// The month has no such day, or the year no such month.
    #[error("there is no day {day:02}/{month:02}/{year}")]
    NoSuchDay {
        /// Day of the month as written.
        day: i16,
        /// Month as written.
        month: i16,
        /// Year, with four digits.
        year: i16,
    },
    /// The month comes before the day, as in `12/31/2026`.
    #[error("the month stands before the day")]
    MonthFirst,
    /// Day and month without a year, or month and year without a day.
    #[error("day, month or year is missing")]
    Incomplete,
    /// Before 1980 or after 2100.
    #[error("the year {0} is not between 1980 and 2100")]
    ImplausibleYear(i16),
    /// A number that is no serial number of a plausible day.
    #[error("a number outside of the days from 1980 to 2100")]
    ImplausibleNumber,
}

impl DayProblem {
    /// What is wrong, in words that follow the date in quotes, such as `illisible`.
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

/// Reads a day. A time after it is dropped, with its zone: the day is the one that is written.
pub fn read(text: &str) -> Result<Date, DayProblem> {
    let folded = fold(text);
    if folded.is_empty() {
        return Err(DayProblem::Empty);
    }
    let written = without_time(&folded).ok_or(DayProblem::Unreadable)?;
    if let Some(number) = plain_number(written) {
        return number_of(written, number);
    }
    if written.starts_with('-') || written.contains(|sign: char| !sign.is_alphanumeric() && !" /.-,'".contains(sign)) {
        return Err(DayProblem::Unreadable);
    }
    let tokens: Vec<Token> = written
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty() && !WEEKDAYS.contains(word) && !["le", "the", "of"].contains(word))
        .map(Token::of)
        .collect::<Option<_>>()
        .ok_or(DayProblem::Unreadable)?;
    match tokens[..] {
        [
            Token::Number(year, 4),
            Token::Number(month, 1..=2),
            Token::Number(day, 1..=2),
        ] => day_of(day, month, year),
        [
            Token::Number(day, 1..=2),
            Token::Number(month, 1..=2),
            Token::Number(year, length),
        ] => {
            let year = full_year(year, length)?;
            if month > 12 && (1..=12).contains(&day) && month <= 31 {
                return Err(DayProblem::MonthFirst);
            }
            day_of(day, month, year)
        }
        [
            Token::Number(day, 1..=2),
            Token::Month(month),
            Token::Number(year, length),
        ]
        | [
            Token::Month(month),
            Token::Number(day, 1..=2),
            Token::Number(year, length),
        ] => day_of(day, month.into(), full_year(year, length)?),
        [Token::Number(year, 4), Token::Month(month), Token::Number(day, 1..=2)] => day_of(day, month.into(), year),
        [Token::Number(_, 1..=2), Token::Number(_, 1..=2 | 4)]
        | [Token::Number(_, 1..=2 | 4), Token::Month(_)]
        | [Token::Month(_), Token::Number(_, 1..=2 | 4)]
        | [Token::Month(_)] => Err(DayProblem::Incomplete),
        _ => Err(DayProblem::Unreadable),
    }
}

/// Reads the serial number of a day: days since 30 December 1899, as Excel counts from March 1900 on and Google Sheets
/// always. The time in the fraction is dropped.
pub fn from_serial(serial: f64) -> Result<Date, DayProblem> {
    // 1 January 1980 and 31 December 2100.
    const PLAUSIBLE: std::ops::Range<f64> = 29_221.0..73_416.0;
    if !PLAUSIBLE.contains(&serial) {
        return Err(DayProblem::ImplausibleNumber);
    }
    #[expect(clippy::cast_possible_truncation, reason = "within the plausible days")]
    let days = serial.floor() as i64;
    date(1899, 12, 30)
        .checked_add(days.days())
        .map_err(|_| DayProblem::ImplausibleNumber)
}

/// Cuts `10:30`, `t10:30:00z` or `a 10:30 pm` off; `None` when something else than a time has a colon.
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

/// A number with at most one decimal mark, as a sheet writes a serial; not `31.12`, which lacks its year.
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

/// `20261231`, or the serial number of a day.
fn number_of(written: &str, number: f64) -> Result<Date, DayProblem> {
    if written.len() == 8
        && let (Ok(year), Ok(month), Ok(day)) = (written[..4].parse(), written[4..6].parse(), written[6..].parse())
    {
        return day_of(day, month, year);
    }
    from_serial(number)
}

#[derive(Clone, Copy)]
enum Token {
    /// The number and how many digits it was written with.
    Number(i16, usize),
    Month(i8),
}

impl Token {
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

fn full_year(year: i16, digits: usize) -> Result<i16, DayProblem> {
    match digits {
        4 => Ok(year),
        2 if year <= LAST_SHORT_YEAR => Ok(2000 + year),
        2 => Ok(1900 + year),
        _ => Err(DayProblem::Unreadable),
    }
}

fn day_of(day: i16, month: i16, year: i16) -> Result<Date, DayProblem> {
    let no_such_day = DayProblem::NoSuchDay { day, month, year };
    let (Ok(short_month), Ok(short_day)) = (i8::try_from(month), i8::try_from(day)) else {
        return Err(no_such_day);
    };
    let read = Date::new(year, short_month, short_day).map_err(|_| no_such_day)?;
    match YEARS.contains(&year) {
        true => Ok(read),
        false => Err(DayProblem::ImplausibleYear(year)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_is_read_however_a_french_or_english_spreadsheet_writes_it() {
        let last = date(2026, 12, 31);
        for text in [
            "31/12/2026",
            "31/12/26",
            "31.12.2026",
            "31-12-2026",
            "31 12 2026",
            " 31/12/2026\u{a0}",
            "2026-12-31",
            "2026/12/31",
            "20261231",
            "2026-12-31T10:00:00",
            "2026-12-31T23:30:00Z",
            "2026-12-31T10:00:00.000+01:00",
            "2026-12-31 00:00:00",
            "31/12/2026 14:30",
            "31/12/2026 à 14:30",
            "31/12/2026, 2:30 PM",
            "46387",
            "46387,75",
            "46387.75",
            "31 déc. 2026",
            "31 dec 2026",
            "31 DÉCEMBRE 2026",
            "31-déc-26",
            "31-Dec-2026",
            "jeudi 31 décembre 2026",
            "Thu, 31 Dec 2026",
            "Thursday, December 31, 2026",
            "31 Dec 2026",
            "Dec 31, 2026",
            "December 31st, 2026",
            "2026-Dec-31",
            "le 31 décembre 2026",
        ] {
            assert_eq!(read(text), Ok(last), "{text:?}");
        }
        for (text, day) in [
            ("1er janvier 2027", date(2027, 1, 1)),
            ("1/2/2027", date(2027, 2, 1)),
            ("03/04/2026", date(2026, 4, 3)),
            ("29/02/2028", date(2028, 2, 29)),
            ("1 févr. 27", date(2027, 2, 1)),
            ("15 août 2026", date(2026, 8, 15)),
            ("2 juil. 2026", date(2026, 7, 2)),
            ("01/01/80", date(1980, 1, 1)),
            ("01/01/79", date(2079, 1, 1)),
            ("29221", date(1980, 1, 1)),
            ("73415", date(2100, 12, 31)),
        ] {
            assert_eq!(read(text), Ok(day), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_day_is_refused_with_the_reason() {
        use DayProblem::{Empty, ImplausibleNumber, ImplausibleYear, Incomplete, MonthFirst, NoSuchDay, Unreadable};
        let none = |day, month, year| NoSuchDay { day, month, year };
        for (text, problem) in [
            ("", Empty),
            ("  ", Empty),
            ("31/02/2026", none(31, 2, 2026)),
            ("29/02/2027", none(29, 2, 2027)),
            ("2026-02-30", none(30, 2, 2026)),
            ("31 avril 2026", none(31, 4, 2026)),
            ("0/1/2026", none(0, 1, 2026)),
            ("32/13/2026", none(32, 13, 2026)),
            ("99/99/2026", none(99, 99, 2026)),
            ("20261331", none(31, 13, 2026)),
            ("12/31/2026", MonthFirst),
            ("12/31/26", MonthFirst),
            ("31/12", Incomplete),
            ("12/2026", Incomplete),
            ("déc. 2026", Incomplete),
            ("décembre", Incomplete),
            ("31 dec", Incomplete),
            ("31/12/1926", ImplausibleYear(1926)),
            ("31/12/0202", ImplausibleYear(202)),
            ("31/12/2206", ImplausibleYear(2206)),
            ("2026", ImplausibleNumber),
            ("29220", ImplausibleNumber),
            ("73416", ImplausibleNumber),
            ("1234567", ImplausibleNumber),
            ("31/12/202", Unreadable),
            ("31/12/20266", Unreadable),
            ("demain", Unreadable),
            ("fin 2026", Unreadable),
            ("T4 2026", Unreadable),
            ("abc: 31/12/2026", Unreadable),
            ("31/12/2026 ?", Unreadable),
            ("-46387", Unreadable),
            ("31 12 2026 2027", Unreadable),
            ("#N/A", Unreadable),
        ] {
            assert_eq!(read(text), Err(problem), "{text:?}");
            for language in [Language::French, Language::English] {
                assert!(!problem.text(language).is_empty());
            }
        }
    }

    proptest! {
        #[test]
        fn every_plausible_day_reads_back_from_each_way_to_write_it(serial in 29_221_i32..73_416) {
            let day = from_serial(f64::from(serial)).expect("plausible");
            let (year, month, number) = (day.year(), day.month(), day.day());
            for text in [
                day.to_string(),
                serial.to_string(),
                format!("{number:02}/{month:02}/{year}"),
                format!("{number}.{month}.{year}"),
                day.strftime("%B %d, %Y").to_string(),
                day.strftime("%A %d %b %Y").to_string(),
            ] {
                prop_assert_eq!(read(&text), Ok(day), "{}", text);
            }
        }

        #[test]
        fn no_text_makes_the_reader_fall_over(text in any::<String>(), near in "[0-9/:. a-z,-]{0,14}") {
            let _ = read(&text);
            let _ = read(&near);
        }
    }
}
