//! Date and time patterns: `yyyy-mm-dd hh:mm:ss.000`, `mmm d, yyyy`, `h:mm am/pm`, `[h]:mm`.
//!
//! Source: <https://developers.google.com/workspace/sheets/api/guides/formats#date_and_time_format_patterns>

use jiff::civil::DateTime;

use crate::format::{
    number_format::{PatternPiece, general, pieces},
    serial_date,
};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// Formats a serial number with a date pattern.
pub fn show(pattern: &str, serial: f64) -> String {
    let pieces = pieces(pattern);
    let Some(time) = RoundedTime::of(serial, decimals(&pieces)) else {
        return general(serial);
    };
    let clock = if (0..pieces.len()).any(|index| day_half(&pieces[index..]).is_some()) {
        HourClock::Twelve
    } else {
        HourClock::TwentyFour
    };
    let mut text = String::new();
    let mut index = 0;
    while index < pieces.len() {
        if let Some(half) = day_half(&pieces[index..]) {
            text.push_str(half.text(time.civil));
            index += half.length();
            continue;
        }
        match &pieces[index] {
            PatternPiece::Literal(literal) => text.push_str(literal),
            PatternPiece::Elapsed(unit, width) => {
                let number = time.elapsed(*unit, &pieces[..index]);
                text.push_str(&format!("{number:0width$}"));
            }
            PatternPiece::Run('m' | 'M', count) if *count <= 2 && is_minutes(&pieces, index) => {
                text.push_str(&padded(time.civil.minute().into(), *count));
            }
            PatternPiece::Run('m' | 'M', count) => text.push_str(&month(*count, time.civil)),
            PatternPiece::Run(letter, count) => text.push_str(&date_run(*letter, *count, time.civil, clock)),
        }
        index += 1;
    }
    text
}

/// Number of decimals of the seconds, at most milliseconds.
fn decimals(pieces: &[PatternPiece]) -> u32 {
    let run = pieces.iter().find_map(|piece| match piece {
        PatternPiece::Run('0', count) => Some(*count),
        _ => None,
    });
    u32::try_from(run.unwrap_or(0)).unwrap_or(3).min(3)
}

/// Date and time rounded to the decimals that a pattern shows, so 23:59:59.999 shows as the next day where the pattern
/// ends with the seconds.
struct RoundedTime {
    civil: DateTime,
    seconds: i64,
}

impl RoundedTime {
    fn of(serial: f64, decimals: u32) -> Option<Self> {
        let units = 86_400 * 10_i64.pow(decimals);
        #[expect(clippy::cast_precision_loss, reason = "at most 86 400 000")]
        let units_per_day = units as f64;
        let rounded = (serial * units_per_day).round();
        let civil = serial_date::to_date_time(rounded / units_per_day)?;
        #[expect(clippy::cast_possible_truncation, reason = "a date in the supported years")]
        let seconds = (rounded as i64).div_euclid(10_i64.pow(decimals));
        Some(Self { civil, seconds })
    }

    /// Elapsed hours, minutes or seconds, without what larger elapsed units before it show.
    fn elapsed(&self, unit: char, before: &[PatternPiece]) -> i64 {
        let shows = |larger: char| {
            before
                .iter()
                .any(|piece| matches!(piece, PatternPiece::Elapsed(unit, _) if *unit == larger))
        };
        match unit {
            'h' => self.seconds.div_euclid(3600),
            'm' if shows('h') => self.seconds.rem_euclid(3600) / 60,
            'm' => self.seconds.div_euclid(60),
            _ if shows('m') => self.seconds.rem_euclid(60),
            _ if shows('h') => self.seconds.rem_euclid(3600),
            _ => self.seconds,
        }
    }
}

/// Clock by which hours are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HourClock {
    Twelve,
    TwentyFour,
}

/// Mark of the half of the day: `am/pm`, or `a/p` in the case of its letters.
enum DayHalf {
    Words,
    SmallLetters,
    CapitalLetters,
}

/// Mark at the start of a pattern.
fn day_half(pieces: &[PatternPiece]) -> Option<DayHalf> {
    use PatternPiece::Run;
    match pieces {
        [
            Run('a' | 'A', 1),
            Run('m' | 'M', 1),
            Run('/', 1),
            Run('p' | 'P', 1),
            Run('m' | 'M', 1),
            ..,
        ] => Some(DayHalf::Words),
        [Run('a', 1), Run('/', 1), Run('p' | 'P', 1), ..] => Some(DayHalf::SmallLetters),
        [Run('A', 1), Run('/', 1), Run('p' | 'P', 1), ..] => Some(DayHalf::CapitalLetters),
        _ => None,
    }
}

impl DayHalf {
    /// Number of pieces of the mark.
    fn length(&self) -> usize {
        match self {
            Self::Words => 5,
            Self::SmallLetters | Self::CapitalLetters => 3,
        }
    }

    fn text(&self, time: DateTime) -> &'static str {
        match (self, time.hour() < 12) {
            (Self::Words, true) => "AM",
            (Self::Words, false) => "PM",
            (Self::SmallLetters, true) => "a",
            (Self::SmallLetters, false) => "p",
            (Self::CapitalLetters, true) => "A",
            (Self::CapitalLetters, false) => "P",
        }
    }
}

/// Whether a run of `m` means minutes: after hours or before seconds; otherwise it means months.
fn is_minutes(pieces: &[PatternPiece], index: usize) -> bool {
    let letter = |piece: &PatternPiece| match piece {
        PatternPiece::Elapsed(unit, _) => Some(*unit),
        PatternPiece::Run(letter, _) if letter.is_ascii_alphabetic() => Some(letter.to_ascii_lowercase()),
        _ => None,
    };
    let before = pieces[..index].iter().rev().find_map(letter);
    let after = pieces[index + 1..].iter().find_map(letter);
    before == Some('h') || after == Some('s')
}

/// Number with a leading zero, if the run has two letters or more.
fn padded(number: i16, count: usize) -> String {
    if count == 1 {
        number.to_string()
    } else {
        format!("{number:02}")
    }
}

fn month(count: usize, time: DateTime) -> String {
    let name = MONTHS[usize::from(time.month().unsigned_abs()).saturating_sub(1) % 12];
    match count {
        1 | 2 => padded(time.month().into(), count),
        3 => name[..3].to_owned(),
        5 => name[..1].to_owned(),
        _ => name.to_owned(),
    }
}

fn date_run(letter: char, count: usize, time: DateTime, clock: HourClock) -> String {
    let hour = match (clock, time.hour()) {
        (HourClock::Twelve, 0 | 12) => 12,
        (HourClock::Twelve, hour) => hour % 12,
        (HourClock::TwentyFour, hour) => hour,
    };
    let weekday = DAYS[usize::from(time.weekday().to_monday_zero_offset().unsigned_abs()) % 7];
    match (letter, count) {
        ('y' | 'Y', 1 | 2) => format!("{:02}", time.year() % 100),
        ('y' | 'Y', _) => format!("{:04}", time.year()),
        ('d' | 'D', 1 | 2) => padded(time.day().into(), count),
        ('d' | 'D', 3) => weekday[..3].to_owned(),
        ('d' | 'D', _) => weekday.to_owned(),
        ('h' | 'H', count) => padded(hour.into(), count),
        ('s' | 'S', count) => padded(time.second().into(), count),
        ('0', count) => format!("{:03}", time.millisecond())
            .chars()
            .chain("000000".chars())
            .take(count)
            .collect(),
        (other, count) => other.to_string().repeat(count),
    }
}
