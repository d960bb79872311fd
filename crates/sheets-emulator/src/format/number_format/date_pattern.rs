//! Date and time patterns: `yyyy-mm-dd hh:mm:ss.000`, `mmm d, yyyy`, `h:mm am/pm`, `[h]:mm`.

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
    let thousandths = pieces.iter().any(|piece| matches!(piece, PatternPiece::Run('0', _)));
    // Without milliseconds the seconds are rounded, so 23:59:59.999 shows as the next day.
    let rounded = if thousandths {
        serial
    } else {
        (serial * 86_400.0).round() / 86_400.0
    };
    let Some(moment) = serial_date::to_date_time(rounded) else {
        return general(serial);
    };
    let noon_clock = pattern.to_ascii_lowercase().contains("am/pm") || pattern.to_ascii_lowercase().contains("a/p");
    let mut text = String::new();
    let mut index = 0;
    while index < pieces.len() {
        match &pieces[index] {
            PatternPiece::Literal(literal) => text.push_str(literal),
            PatternPiece::Run('a' | 'A', 1) if noon_clock => {
                text.push_str(if moment.hour() < 12 { "AM" } else { "PM" });
                while index + 1 < pieces.len() && is_marker(&pieces[index + 1]) {
                    index += 1;
                }
            }
            PatternPiece::Run('m' | 'M', count) => {
                let minutes = *count <= 2 && is_minutes(&pieces, index);
                text.push_str(&month_or_minute(*count, minutes, moment));
            }
            PatternPiece::Run('\u{1}', _) => text.push_str(&format!("{:.0}", (serial * 24.0).floor())),
            PatternPiece::Run(letter, count) => text.push_str(&date_run(*letter, *count, moment, noon_clock)),
        }
        index += 1;
    }
    text
}

fn is_marker(piece: &PatternPiece) -> bool {
    matches!(piece, PatternPiece::Run('/' | 'm' | 'M' | 'p' | 'P', 1))
}

/// Whether a run of `m` means minutes: after hours or before seconds; otherwise it means months.
fn is_minutes(pieces: &[PatternPiece], index: usize) -> bool {
    let letter = |piece: &PatternPiece| match piece {
        PatternPiece::Run(letter, _) if letter.is_ascii_alphabetic() || *letter == '\u{1}' => {
            Some(letter.to_ascii_lowercase())
        }
        _ => None,
    };
    let before = pieces[..index].iter().rev().find_map(letter);
    let after = pieces[index + 1..].iter().find_map(letter);
    matches!(before, Some('h' | '\u{1}')) || after == Some('s')
}

fn month_or_minute(count: usize, minutes: bool, moment: jiff::civil::DateTime) -> String {
    let month = usize::from(moment.month().unsigned_abs());
    let name = MONTHS[month.saturating_sub(1) % 12];
    match (minutes, count) {
        (true, 1) => moment.minute().to_string(),
        (true, _) => format!("{:02}", moment.minute()),
        (false, 1) => month.to_string(),
        (false, 2) => format!("{month:02}"),
        (false, 3) => name[..3].to_owned(),
        (false, 5) => name[..1].to_owned(),
        (false, _) => name.to_owned(),
    }
}

fn date_run(letter: char, count: usize, moment: jiff::civil::DateTime, noon_clock: bool) -> String {
    let hour = match (noon_clock, moment.hour()) {
        (true, 0 | 12) => 12,
        (true, hour) => hour % 12,
        (false, hour) => hour,
    };
    let weekday = DAYS[usize::from(moment.weekday().to_monday_zero_offset().unsigned_abs()) % 7];
    match (letter, count) {
        ('y' | 'Y', 1 | 2) => format!("{:02}", moment.year() % 100),
        ('y' | 'Y', _) => format!("{:04}", moment.year()),
        ('d' | 'D', 1) => moment.day().to_string(),
        ('d' | 'D', 2) => format!("{:02}", moment.day()),
        ('d' | 'D', 3) => weekday[..3].to_owned(),
        ('d' | 'D', _) => weekday.to_owned(),
        ('h' | 'H', 1) => hour.to_string(),
        ('h' | 'H', _) => format!("{hour:02}"),
        ('s' | 'S', 1) => moment.second().to_string(),
        ('s' | 'S', _) => format!("{:02}", moment.second()),
        ('0', count) => format!("{:03}", moment.millisecond())
            .chars()
            .chain("000000".chars())
            .take(count)
            .collect(),
        (other, count) => other.to_string().repeat(count),
    }
}
