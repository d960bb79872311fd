//! Typed values out of cells and into them.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::{
    customers::{
        amount::{Amount, Currency},
        email::Email,
    },
    finding::Effect,
    store::{Cell, Decoding, Entry, Row},
};

/// Characters that a cell takes at most are 50,000
/// (<https://support.google.com/drive/answer/37603>); this leaves room for a note.
pub const LONGEST_TEXT: usize = 49_000;

/// The cells of one row. What cannot be read becomes a finding and counts as unknown.
pub struct Cells<'a> {
    row: Row<'a>,
    decoding: &'a mut Decoding,
}

impl<'a> Cells<'a> {
    /// The cells of `row`.
    pub fn of(row: Row<'a>, decoding: &'a mut Decoding) -> Self {
        Self { row, decoding }
    }

    /// Number of the row, as the spreadsheet shows it.
    pub fn number(&self) -> u32 {
        self.row.number
    }

    /// The text of a cell; `None` when it is empty.
    pub fn text(&self, column: usize) -> Option<String> {
        Some(self.row.cell(column).text()).filter(|text| !text.is_empty())
    }

    /// The lines of a cell.
    pub fn lines(&self, column: usize) -> Vec<String> {
        let text = self.row.cell(column).text();
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// The addresses in a cell, one a line, or with spaces, commas or semicolons between them.
    pub fn emails(&mut self, column: usize) -> Vec<Email> {
        let text = self.row.cell(column).text();
        let mut emails = Vec::new();
        for word in text.split([' ', ',', ';', '\n']).filter(|word| !word.is_empty()) {
            match Email::of(word) {
                Some(email) if emails.contains(&email) => {}
                Some(email) => emails.push(email),
                None => self.tell(column, format!("“{word}” is not an address, so it is left out.")),
            }
        }
        emails
    }

    /// The instant in a cell.
    pub fn instant(&mut self, column: usize) -> Option<Timestamp> {
        match self.row.cell(column) {
            Cell::Empty => None,
            cell => match cell.instant(&self.decoding.zone) {
                Ok(instant) => Some(instant),
                Err(reason) => {
                    self.tell(column, format!("The time counts as unknown: {reason}."));
                    None
                }
            },
        }
    }

    /// The day in a cell.
    pub fn day(&mut self, column: usize) -> Option<Date> {
        let at = self.instant(column)?;
        Some(at.to_zoned(self.decoding.zone.clone()).date())
    }

    /// The number in a cell.
    pub fn number_in(&mut self, column: usize) -> Option<Decimal> {
        let read = match self.row.cell(column) {
            Cell::Empty => return None,
            // The shortest decimal that reads as this binary fraction, as the sheet shows it.
            Cell::Number(number) => format!("{number}").parse().ok(),
            Cell::Text(text) => text.parse().ok(),
            Cell::Bool(_) => None,
        };
        if read.is_none() {
            self.tell(
                column,
                "A number belongs here, such as 120.50; until then it counts as unknown.".to_owned(),
            );
        }
        read
    }

    /// Yes or no.
    pub fn flag(&mut self, column: usize) -> Option<bool> {
        match self.row.cell(column) {
            Cell::Empty => None,
            Cell::Bool(flag) => Some(flag),
            cell => match cell.text().to_lowercase().as_str() {
                "yes" | "true" | "oui" => Some(true),
                "no" | "false" | "non" => Some(false),
                _ => {
                    self.tell(
                        column,
                        "Yes or no belongs here; until then it counts as unknown.".to_owned(),
                    );
                    None
                }
            },
        }
    }

    /// The sum in one cell, in the currency that another names.
    pub fn amount(&mut self, column: usize, currency: usize) -> Option<Amount> {
        let units = self.number_in(column)?;
        let code = self.row.cell(currency).text();
        let read = Currency::of(&code);
        if read.is_none() {
            let reason =
                "The currency of the amounts of this row belongs here, such as EUR; until then they count as unknown.";
            self.tell(currency, reason.to_owned());
        }
        Some(Amount { units, currency: read? })
    }

    /// A finding about a cell of a row that counts.
    pub fn tell(&mut self, column: usize, reason: String) {
        let finding = self.row.finding(column, Effect::Counted, reason);
        self.decoding.findings.push(finding);
    }

    /// A finding about a cell that leaves the whole row out.
    pub fn exclude(&mut self, column: usize, reason: impl Into<String>) {
        let finding = self.row.finding(column, Effect::RowExcluded, reason);
        self.decoding.findings.push(finding);
    }
}

/// A cell with text, cut where it is longer than a cell may be.
pub fn text(text: &str) -> Entry {
    if text.trim().is_empty() {
        return Entry::Empty;
    }
    Entry::Text(fitting(text))
}

/// A cell with text that may be unknown.
pub fn text_of(known: Option<&str>) -> Entry {
    known.map_or(Entry::Empty, text)
}

/// A cell with one thing a line.
pub fn lines<T: ToString>(items: impl IntoIterator<Item = T>) -> Entry {
    let lines: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    text(&lines.join("\n"))
}

/// A cell with an instant.
pub fn instant(at: Option<Timestamp>, zone: &TimeZone) -> Entry {
    at.map_or(Entry::Empty, |at| Entry::instant(&at.to_zoned(zone.clone())))
}

/// A cell with a number.
pub fn number(known: Option<Decimal>) -> Entry {
    known
        .and_then(|number| number.to_f64())
        .map_or(Entry::Empty, Entry::Number)
}

/// A cell with a sum, rounded to what can be charged.
pub fn amount(known: Option<Amount>) -> Entry {
    number(known.map(|amount| amount.rounded().units))
}

/// A cell with yes or no.
pub fn flag(known: Option<bool>) -> Entry {
    match known {
        Some(true) => Entry::Text("yes".to_owned()),
        Some(false) => Entry::Text("no".to_owned()),
        None => Entry::Empty,
    }
}

/// The text, or its beginning with a note when it is longer than a cell may be. Counted as the spreadsheet does, in UTF-16.
fn fitting(text: &str) -> String {
    if text.len() <= LONGEST_TEXT || text.encode_utf16().count() <= LONGEST_TEXT {
        return text.to_owned();
    }
    let mut left = LONGEST_TEXT;
    let fits = |letter: &char| {
        left = left.saturating_sub(letter.len_utf16());
        left > 0
    };
    let beginning: String = text.chars().take_while(fits).collect();
    format!("{beginning} … (cut: a cell takes 50,000 characters)")
}
