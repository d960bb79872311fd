//! Typed reading and writing of cells.

use customer_sources::{
    amount::{Amount, Currency},
    email::Email,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use sheets_store::{Cell, CellEntry, DecodeContext, TabRow, finding::Effect};

/// Maximum length of a text in UTF-16 units. A cell holds 50,000 characters
/// (<https://support.google.com/drive/answer/37603>); the rest is room for a note.
pub const MAX_TEXT_CHARS: usize = 49_000;

/// Cells of one row. An unreadable value becomes a finding and counts as unknown.
pub struct CellReader<'a> {
    row: TabRow<'a>,
    decoding: &'a mut DecodeContext,
}

impl<'a> CellReader<'a> {
    /// Cells of `row`.
    pub fn of(row: TabRow<'a>, decoding: &'a mut DecodeContext) -> Self {
        Self { row, decoding }
    }

    /// Text of a cell; `None` when it is empty.
    pub fn text(&self, column: usize) -> Option<String> {
        Some(self.row.cell(column).text()).filter(|text| !text.is_empty())
    }

    /// Non-empty lines of a cell.
    pub fn lines(&self, column: usize) -> Vec<String> {
        let text = self.row.cell(column).text();
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Email addresses in a cell, separated by line breaks, spaces, commas or semicolons.
    pub fn emails(&mut self, column: usize) -> Vec<Email> {
        let text = self.row.cell(column).text();
        let mut emails = Vec::new();
        for word in text.split([' ', ',', ';', '\n']).filter(|word| !word.is_empty()) {
            match Email::of(word) {
                Some(email) if emails.contains(&email) => {}
                Some(email) => emails.push(email),
                None => self.report(column, format!("“{word}” is not an address, so it is left out.")),
            }
        }
        emails
    }

    /// Instant in a cell.
    pub fn instant(&mut self, column: usize) -> Option<Timestamp> {
        match self.row.cell(column) {
            Cell::Empty => None,
            cell => match cell.instant(&self.decoding.zone) {
                Ok(instant) => Some(instant),
                Err(reason) => {
                    self.report(column, format!("The time counts as unknown: {reason}."));
                    None
                }
            },
        }
    }

    /// Day in a cell.
    pub fn day(&mut self, column: usize) -> Option<Date> {
        let at = self.instant(column)?;
        Some(at.to_zoned(self.decoding.zone.clone()).date())
    }

    /// Number in a cell.
    pub fn number(&mut self, column: usize) -> Option<Decimal> {
        let read = match self.row.cell(column) {
            Cell::Empty => return None,
            // Shortest decimal for this binary fraction, as the sheet shows it.
            Cell::Number(number) => format!("{number}").parse().ok(),
            Cell::Text(text) => text.parse().ok(),
            Cell::Bool(_) => None,
        };
        if read.is_none() {
            self.report(
                column,
                "A number belongs here, such as 120.50; until then it counts as unknown.".to_owned(),
            );
        }
        read
    }

    /// Boolean in a cell: yes or no.
    pub fn flag(&mut self, column: usize) -> Option<bool> {
        match self.row.cell(column) {
            Cell::Empty => None,
            Cell::Bool(flag) => Some(flag),
            cell => match cell.text().to_lowercase().as_str() {
                "yes" | "true" | "oui" => Some(true),
                "no" | "false" | "non" => Some(false),
                _ => {
                    self.report(
                        column,
                        "Yes or no belongs here; until then it counts as unknown.".to_owned(),
                    );
                    None
                }
            },
        }
    }

    /// Amount in one cell, in the currency named by another.
    pub fn amount(&mut self, column: usize, currency: usize) -> Option<Amount> {
        let units = self.number(column)?;
        let code = self.row.cell(currency).text();
        let read = Currency::of(&code);
        if read.is_none() {
            let reason =
                "The currency of the amounts of this row belongs here, such as EUR; until then they count as unknown.";
            self.report(currency, reason.to_owned());
        }
        Some(Amount { units, currency: read? })
    }

    /// Adds a finding about a cell; the row still counts.
    pub fn report(&mut self, column: usize, reason: String) {
        let finding = self.row.finding(column, Effect::Counted, reason);
        self.decoding.findings.push(finding);
    }

    /// Adds a finding about a cell that excludes the whole row.
    pub fn exclude(&mut self, column: usize, reason: impl Into<String>) {
        let finding = self.row.finding(column, Effect::RowExcluded, reason);
        self.decoding.findings.push(finding);
    }
}

/// Text cell, truncated to the maximum length.
pub fn text(text: &str) -> CellEntry {
    if text.trim().is_empty() {
        return CellEntry::Empty;
    }
    CellEntry::Text(truncate_text(text))
}

/// Text cell; empty when unknown.
pub fn text_of(known: Option<&str>) -> CellEntry {
    known.map_or(CellEntry::Empty, text)
}

/// Text cell with one item per line.
pub fn lines<T: ToString>(items: impl IntoIterator<Item = T>) -> CellEntry {
    let lines: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    text(&lines.join("\n"))
}

/// Date-time cell.
pub fn instant(at: Option<Timestamp>, zone: &TimeZone) -> CellEntry {
    at.map_or(CellEntry::Empty, |at| CellEntry::instant(&at.to_zoned(zone.clone())))
}

/// Number cell.
pub fn number(known: Option<Decimal>) -> CellEntry {
    known
        .and_then(|number| number.to_f64())
        .map_or(CellEntry::Empty, CellEntry::Number)
}

/// Amount cell, rounded to the smallest unit of its currency.
pub fn amount(known: Option<Amount>) -> CellEntry {
    number(known.map(|amount| amount.rounded().units))
}

/// Boolean cell: yes or no.
pub fn flag(known: Option<bool>) -> CellEntry {
    match known {
        Some(true) => CellEntry::Text("yes".to_owned()),
        Some(false) => CellEntry::Text("no".to_owned()),
        None => CellEntry::Empty,
    }
}

/// The text, or its beginning with a note when it exceeds the maximum. Length is counted in UTF-16, as the spreadsheet
/// does.
fn truncate_text(text: &str) -> String {
    if text.len() <= MAX_TEXT_CHARS || text.encode_utf16().count() <= MAX_TEXT_CHARS {
        return text.to_owned();
    }
    let mut left = MAX_TEXT_CHARS;
    let fits = |letter: &char| {
        left = left.saturating_sub(letter.len_utf16());
        left > 0
    };
    let beginning: String = text.chars().take_while(fits).collect();
    format!("{beginning} … (cut: a cell takes 50,000 characters)")
}
