//! Reads an amount of euros as people and spreadsheets write it, in French, English or Swiss style.
//!
//! Nothing is guessed: `12.500` has two readings and comes back as [`Amount::Ambiguous`]; whoever knows which sign
//! separates the decimals in that file chooses one of them.

use std::fmt::Write as _;

use rust_decimal::Decimal;

use crate::{language::Language, money::Money, spelling::is_invisible};

/// A spreadsheet cell holds fifteen digits; two of them are cents.
const MOST_DIGITS: usize = 13;

/// The sign between euros and cents; the other one of the two then separates thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DecimalMark {
    /// `12,50`, as in France.
    Comma,
    /// `12.50`, as in Britain and Switzerland.
    Point,
}

impl DecimalMark {
    /// The word in form fields.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Point => "point",
        }
    }

    /// Reads [`name`](Self::name) back; `None` for any other word.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Comma, Self::Point]
            .into_iter()
            .find(|mark| mark.name() == name.trim())
    }

    fn of(sign: char) -> Self {
        if sign == ',' { Self::Comma } else { Self::Point }
    }

    fn other(self) -> Self {
        match self {
            Self::Comma => Self::Point,
            Self::Point => Self::Comma,
        }
    }
}

/// An amount that was understood; it may be negative or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// One reading.
    Clear(Reading),
    /// One mark before exactly three digits: `12.500` is twelve thousand five hundred or twelve and a half.
    Ambiguous {
        /// The mark that stands there.
        mark: DecimalMark,
        /// Where the mark separates thousands.
        thousands: Reading,
        /// Where the mark separates decimals.
        decimal: Reading,
    },
}

/// One way to read an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The amount, in cents.
    pub money: Money,
    /// Whether decimals beyond the cents were rounded away, half away from zero.
    pub precision: Precision,
    /// Which decimal mark the text proves; `None` when it would be the same with either.
    pub proves: Option<DecimalMark>,
}

/// Whether the cents are what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// As written.
    Exact,
    /// There were more decimals.
    Rounded,
}

/// Why a text is no amount of euros.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountProblem {
    /// Nothing but spaces.
    #[error("nothing is written")]
    Empty,
    /// Letters or signs that belong to no amount.
    #[error("not an amount")]
    Unreadable,
    /// Digits in groups that are no thousands, as `12,50,00` or `1.2.3`.
    #[error("the digits are not grouped by thousands")]
    Grouping,
    /// Another currency than the euro, as it was written.
    #[error("{0} instead of euros")]
    OtherCurrency(String),
    /// More digits than a cell can hold to the cent.
    #[error("more than 13 digits before the cents")]
    TooLarge,
    /// `25 %` is a share of something.
    #[error("a percentage")]
    Percent,
    /// The spreadsheet wrote `1,2E+05` or `####` because the column was too narrow.
    #[error("shortened by the spreadsheet")]
    Shortened,
}

impl AmountProblem {
    /// What is wrong, in words that follow the amount in quotes, such as `illisible`.
    pub fn text(&self, language: Language) -> String {
        let (french, english) = match self {
            Self::Empty => ("absent", "missing"),
            Self::Unreadable => ("illisible", "cannot be read"),
            Self::Grouping => (
                "illisible : les chiffres ne sont pas groupés par milliers",
                "cannot be read: the digits are not grouped by thousands",
            ),
            Self::OtherCurrency(currency) => {
                return match language {
                    Language::French => format!("en {currency} : seuls les euros sont acceptés"),
                    Language::English => format!("is in {currency}: only euros are accepted"),
                };
            }
            Self::TooLarge => (
                "trop grand : 13 chiffres au plus avant les centimes",
                "too large: at most 13 digits before the cents",
            ),
            Self::Percent => (
                "est un pourcentage : écrivez un montant en euros",
                "is a percentage: write an amount in euros",
            ),
            Self::Shortened => (
                "abrégé par le tableur : élargissez la colonne et exportez de nouveau",
                "was shortened by the spreadsheet: widen the column and export again",
            ),
        };
        match language {
            Language::French => french,
            Language::English => english,
        }
        .to_owned()
    }
}

impl Amount {
    /// The one reading that is left once the decimal mark of the file is known; `None` while it is not and matters.
    pub fn settled(self, decimal_mark: Option<DecimalMark>) -> Option<Reading> {
        match self {
            Self::Clear(reading) => Some(reading),
            Self::Ambiguous {
                mark,
                thousands,
                decimal,
            } => decimal_mark.map(|decimal_mark| if decimal_mark == mark { decimal } else { thousands }),
        }
    }
}

/// Reads an amount. Accepted: `12 500,50 €` with any space or apostrophe between thousands, `12.500,50`, `1,234.56`,
/// `EUR 900`, `€900`, `900 € HT` (without tax), thousands and millions as `12 k€` and `1,5 M€`, and every way to write less than nothing:
/// `-5`, `5-`, `(5,00)`.
pub fn read(text: &str) -> Result<Amount, AmountProblem> {
    let text = plain(text);
    if text.is_empty() {
        return Err(AmountProblem::Empty);
    }
    if text.chars().all(|sign| sign == '#') || is_scientific(&text) {
        return Err(AmountProblem::Shortened);
    }
    let (inner, bracketed) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (inner.trim(), true),
        None => (text.as_str(), false),
    };
    let (before, digits, after) = parts(inner).ok_or(AmountProblem::Unreadable)?;
    let mut around = Around::default();
    around.take(before)?;
    around.take_factor(after)?;
    if bracketed {
        around.minus += 1;
    }
    let sign = match around.minus {
        0 => Decimal::ONE,
        1 => Decimal::NEGATIVE_ONE,
        _ => return Err(AmountProblem::Unreadable),
    };
    number(digits, sign * around.factor.unwrap_or(Decimal::ONE))
}

/// Reads the number in a typed cell, rounded to cents as the sheet would show it.
pub fn from_number(number: f64) -> Result<Reading, AmountProblem> {
    // A sheet keeps fifteen digits; what a binary fraction has beyond them is noise: 0.1 + 0.2 is 0.3.
    let shown: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    let exact = Money::from_cell(shown).ok_or(AmountProblem::TooLarge)?;
    if exact.euros().abs() >= Decimal::from(10_u64.pow(13)) {
        return Err(AmountProblem::TooLarge);
    }
    Ok(Reading::of(exact.euros(), None))
}

impl Reading {
    fn of(euros: Decimal, proves: Option<DecimalMark>) -> Self {
        let exact = Money::new(euros);
        let money = exact.rounded();
        Self {
            money,
            precision: if money == exact {
                Precision::Exact
            } else {
                Precision::Rounded
            },
            proves,
        }
    }
}

/// One kind of space, apostrophe and minus; nothing invisible.
fn plain(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|character| !is_invisible(*character))
        .map(|character| match character {
            '\u{2019}' | '\u{2018}' | '\u{02BC}' | '`' | '´' => '\'',
            '\u{2212}' | '\u{2010}'..='\u{2014}' => '-',
            space if space.is_whitespace() => ' ',
            other => other,
        })
        .collect();
    plain.trim().to_owned()
}

fn is_scientific(text: &str) -> bool {
    text.to_ascii_uppercase().split_once('E').is_some_and(|(left, right)| {
        let power = right.trim_start_matches(['+', '-']);
        left.ends_with(|last: char| last.is_ascii_digit() || last == '.' || last == ',')
            && !power.is_empty()
            && power.chars().all(|digit| digit.is_ascii_digit())
    })
}

/// What stands before the digits, the digits with everything between them, and what follows.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let first = text.find(|character: char| character.is_ascii_digit())?;
    let last = text.rfind(|character: char| character.is_ascii_digit())?;
    // `,50` is how some number formats write half a euro.
    let start = if text[..first].ends_with([',', '.']) {
        first - 1
    } else {
        first
    };
    Some((text[..start].trim(), &text[start..=last], text[last + 1..].trim()))
}

/// Signs, currency and factor around the digits.
#[derive(Default)]
struct Around {
    minus: usize,
    currencies: usize,
    factor: Option<Decimal>,
}

impl Around {
    /// `k€`, `M €`, `MEUR`: a factor first, then what may stand before an amount too.
    fn take_factor(&mut self, text: &str) -> Result<(), AmountProblem> {
        let mut rest = text.chars();
        let factor = match rest.next() {
            Some('k' | 'K') => Some(Decimal::ONE_THOUSAND),
            Some('M') => Some(Decimal::from(1_000_000)),
            _ => None,
        };
        let unit = rest.as_str().trim_end_matches(['-', ' ']).trim();
        if factor.is_some() && (unit.is_empty() || is_euro(unit)) {
            self.factor = factor;
            return self.take(rest.as_str().trim());
        }
        self.take(text)
    }

    fn take(&mut self, text: &str) -> Result<(), AmountProblem> {
        let unit = text.trim_matches(['-', '+', ' ']);
        let minus = text.matches('-').count();
        let plus = text.matches('+').count();
        if minus + plus > 1 || unit.contains(['-', '+']) {
            return Err(AmountProblem::Unreadable);
        }
        self.minus += minus;
        if unit.is_empty() {
            return Ok(());
        }
        if is_euro(unit) {
            self.currencies += 1;
            return match self.currencies {
                1 => Ok(()),
                _ => Err(AmountProblem::Unreadable),
            };
        }
        Err(match unit {
            "%" | "‰" | "\u{FF05}" => AmountProblem::Percent,
            unit if is_other_currency(unit) => AmountProblem::OtherCurrency(unit.to_owned()),
            _ => AmountProblem::Unreadable,
        })
    }
}

fn is_euro(unit: &str) -> bool {
    let unit = without_tax(unit);
    unit == "€"
        || ["EUR", "EURO", "EUROS"]
            .iter()
            .any(|word| unit.eq_ignore_ascii_case(word))
}

/// `€ HT` as `€`: deals are counted without tax anyway.
fn without_tax(unit: &str) -> &str {
    let cut = unit.len().saturating_sub(2);
    match unit.is_char_boundary(cut).then(|| unit.split_at(cut)) {
        Some((currency, tax)) if tax.eq_ignore_ascii_case("HT") => currency.trim_end(),
        _ => unit,
    }
}

fn is_other_currency(unit: &str) -> bool {
    const CODES: [&str; 30] = [
        "USD", "GBP", "CHF", "CAD", "AUD", "NZD", "JPY", "CNY", "HKD", "SGD", "INR", "SEK", "NOK", "DKK", "PLN", "CZK",
        "HUF", "RON", "BGN", "TRY", "RUB", "BRL", "MXN", "ZAR", "MAD", "TND", "DZD", "XOF", "XAF", "AED",
    ];
    const WORDS: [&str; 8] = ["DOLLAR", "DOLLARS", "LIVRE", "LIVRES", "POUND", "POUNDS", "FR", "FRS"];
    let letters: String = unit.chars().filter(|sign| sign.is_alphabetic()).collect();
    let letters = letters.to_ascii_uppercase();
    let is_symbol = |sign: char| matches!(sign, '$' | '¢' | '£' | '¤' | '¥' | '\u{20A0}'..='\u{20CF}') && sign != '€';
    unit.contains(is_symbol) || CODES.contains(&letters.as_str()) || WORDS.contains(&letters.as_str())
}

/// `digits` begins with a digit or a mark and ends with a digit.
fn number(digits: &str, factor: Decimal) -> Result<Amount, AmountProblem> {
    let marks: Vec<(usize, char)> = digits
        .match_indices([',', '.'])
        .map(|(at, mark)| (at, sign(mark)))
        .collect();
    let kinds = |wanted: char| marks.iter().filter(|(_, mark)| *mark == wanted).count();
    match (marks.last().copied(), kinds(','), kinds('.')) {
        (None, ..) => clear(whole(digits, &[' ', '\''])?, "", factor, None),
        (Some((at, mark)), 1, 0) | (Some((at, mark)), 0, 1) => single_mark((digits, at, mark), factor),
        (Some((at, mark)), commas, points) if commas > 0 && points > 0 => {
            let decimal_mark = DecimalMark::of(mark);
            let thousands = if mark == ',' { '.' } else { ',' };
            let whole = whole(&digits[..at], &[thousands])?;
            clear(whole, &digits[at + 1..], factor, Some(decimal_mark))
        }
        (Some((_, mark)), ..) => clear(whole(digits, &[mark])?, "", factor, Some(DecimalMark::of(mark).other())),
    }
}

fn single_mark((digits, at, mark): (&str, usize, char), factor: Decimal) -> Result<Amount, AmountProblem> {
    let decimal_mark = DecimalMark::of(mark);
    let (left, right) = (&digits[..at], &digits[at + 1..]);
    let ambiguous = right.len() == 3
        && (1..=3).contains(&left.len())
        && !left.starts_with('0')
        && digits.chars().all(|sign| sign.is_ascii_digit() || sign == mark);
    let whole_part = if left.is_empty() {
        String::new()
    } else {
        whole(left, &[' ', '\''])?
    };
    if !ambiguous {
        return clear(whole_part, right, factor, Some(decimal_mark));
    }
    let thousands = decimal(&whole(digits, &[mark])?, "")? * factor;
    let with_decimals = decimal(&whole_part, right)? * factor;
    Ok(Amount::Ambiguous {
        mark: decimal_mark,
        thousands: Reading::of(bounded(thousands)?, Some(decimal_mark.other())),
        decimal: Reading::of(bounded(with_decimals)?, Some(decimal_mark)),
    })
}

fn sign(mark: &str) -> char {
    if mark == "," { ',' } else { '.' }
}

/// The digits of a whole number whose thousands may be set apart by one of `separators`, the same throughout.
fn whole(digits: &str, separators: &[char]) -> Result<String, AmountProblem> {
    let mut groups = digits.split(separators);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let all_digits = |group: &str| group.chars().all(|digit| digit.is_ascii_digit());
    if !all_digits(first) || !rest.iter().all(|group| all_digits(group)) {
        return Err(AmountProblem::Unreadable);
    }
    let grouped = rest.is_empty() || (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    let kinds = separators
        .iter()
        .filter(|separator| digits.contains(**separator))
        .count();
    if !grouped || first.is_empty() || kinds > 1 {
        return Err(AmountProblem::Grouping);
    }
    let mut whole = first.to_owned();
    rest.iter().for_each(|group| whole.push_str(group));
    Ok(whole)
}

fn clear(whole: String, fraction: &str, factor: Decimal, proves: Option<DecimalMark>) -> Result<Amount, AmountProblem> {
    let euros = bounded(decimal(&whole, fraction)? * factor)?;
    Ok(Amount::Clear(Reading::of(euros, proves)))
}

fn decimal(whole: &str, fraction: &str) -> Result<Decimal, AmountProblem> {
    if !fraction.chars().all(|digit| digit.is_ascii_digit()) {
        return Err(
            if fraction
                .chars()
                .all(|sign| sign.is_ascii_digit() || sign == ' ' || sign == '\'')
            {
                AmountProblem::Grouping
            } else {
                AmountProblem::Unreadable
            },
        );
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > MOST_DIGITS {
        return Err(AmountProblem::TooLarge);
    }
    // Fourteen decimals are more than a cell holds, and fit a decimal number with every whole part allowed here.
    let kept = &fraction[..fraction.len().min(14)];
    let mut written = String::with_capacity(whole.len() + kept.len() + 3);
    let _ = write!(written, "0{whole}.{kept}0");
    written.parse().map_err(|_| AmountProblem::TooLarge)
}

fn bounded(euros: Decimal) -> Result<Decimal, AmountProblem> {
    match euros.abs() < Decimal::from(10_u64.pow(13)) {
        true => Ok(euros),
        false => Err(AmountProblem::TooLarge),
    }
}

#[cfg(test)]
#[path = "amount_tests.rs"]
mod tests;
