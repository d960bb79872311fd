//! Parser for amounts in euros, as people and spreadsheets write them in French, English or Swiss style.
//!
//! Ambiguous input is never guessed: `12.500` returns [`ParsedAmount::Ambiguous`], and the caller resolves it with the
//! decimal mark of the file.

use std::fmt::Write as _;

use domain::{language::Language, money::Money, normalize::is_invisible};
use rust_decimal::Decimal;

/// A spreadsheet cell holds fifteen significant digits; two of them are cents.
const MAX_DIGITS: usize = 13;

/// Decimal mark of a text; the other mark separates thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DecimalMark {
    /// `12,50`, as in France.
    Comma,
    /// `12.50`, as in Britain and Switzerland.
    Point,
}

impl DecimalMark {
    /// Value in form fields.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Point => "point",
        }
    }

    /// Parses [`name`](Self::name); `None` for any other text.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Comma, Self::Point]
            .into_iter()
            .find(|mark| mark.name() == name.trim())
    }

    fn of(sign: char) -> Self {
        if sign == ',' { Self::Comma } else { Self::Point }
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Comma => Self::Point,
            Self::Point => Self::Comma,
        }
    }
}

/// A parsed amount; it may be zero or negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParsedAmount {
    /// Unambiguous amount.
    Clear(AmountReading),
    /// One mark before exactly three digits: `12.500` is 12,500 or 12.5.
    Ambiguous {
        /// The mark in the text.
        mark: DecimalMark,
        /// Value if the mark separates thousands.
        thousands: AmountReading,
        /// Value if the mark is the decimal mark.
        decimal: AmountReading,
    },
}

/// One interpretation of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmountReading {
    /// Amount in cents.
    pub money: Money,
    /// Whether fractions of a cent were rounded, half away from zero.
    pub precision: AmountPrecision,
    /// Decimal mark that the text proves; `None` when both marks give the same value.
    pub proves: Option<DecimalMark>,
}

/// Whether an amount was rounded to cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountPrecision {
    /// Exact as written.
    Exact,
    /// Fractions of a cent were rounded.
    Rounded,
}

/// Reason why a text is not an amount in euros.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountProblem {
    /// Empty or only spaces.
    #[error("nothing is written")]
    Empty,
    /// Letters or signs that do not occur in an amount.
    #[error("not an amount")]
    Unreadable,
    /// Digit groups that are not thousands, as in `12,50,00` or `1.2.3`.
    #[error("the digits are not grouped by thousands")]
    Grouping,
    /// A currency other than the euro, as written.
    #[error("{0} instead of euros")]
    OtherCurrency(String),
    /// More digits than a cell holds exactly to the cent.
    #[error("more than 13 digits before the cents")]
    TooLarge,
    /// `25 %` is a percentage.
    #[error("a percentage")]
    Percent,
    /// Scientific notation or overflow (`1,2E+05`, `####`), written by spreadsheets when the column is too narrow.
    #[error("shortened by the spreadsheet")]
    Shortened,
}

impl AmountProblem {
    /// Message that follows the quoted amount, such as `illisible`.
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

impl ParsedAmount {
    /// Resolves an ambiguous amount with the decimal mark of the file; `None` while the mark is unknown and matters.
    pub fn resolve(self, decimal_mark: Option<DecimalMark>) -> Option<AmountReading> {
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

/// Parses an amount. Accepted: `12 500,50 €` with any space or apostrophe between thousands, `12.500,50`, `1,234.56`,
/// `EUR 900`, `€900`, `900 € HT` (without tax), thousands and millions as `12 k€` and `1,5 M€`, and negative amounts as
/// `-5`, `5-` and `(5,00)`.
///
/// # Errors
/// [`AmountProblem`] when the text is not an amount in euros.
pub fn parse_amount(text: &str) -> Result<ParsedAmount, AmountProblem> {
    let text = normalize_signs(text);
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
    let (before, digits, after) = split_affixes(inner).ok_or(AmountProblem::Unreadable)?;
    let mut around = AmountAffixes::default();
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

/// Converts the number in a typed cell, rounded to cents as the sheet displays it.
///
/// # Errors
/// [`AmountProblem`] when the number is too large.
pub fn from_number(number: f64) -> Result<AmountReading, AmountProblem> {
    // A sheet keeps fifteen digits; what a binary fraction has beyond them is noise: 0.1 + 0.2 is 0.3.
    let shown: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    let exact = Money::from_cell(shown).ok_or(AmountProblem::TooLarge)?;
    if exact.euros().abs() >= Decimal::from(10_u64.pow(13)) {
        return Err(AmountProblem::TooLarge);
    }
    Ok(AmountReading::of(exact.euros(), None))
}

impl AmountReading {
    fn of(euros: Decimal, proves: Option<DecimalMark>) -> Self {
        let exact = Money::new(euros);
        let money = exact.rounded();
        Self {
            money,
            precision: if money == exact {
                AmountPrecision::Exact
            } else {
                AmountPrecision::Rounded
            },
            proves,
        }
    }
}

/// Replaces every kind of space, apostrophe and minus by one, and removes invisible characters.
fn normalize_signs(text: &str) -> String {
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

/// Splits into the text before the digits, the digits with their separators, and the text after them.
fn split_affixes(text: &str) -> Option<(&str, &str, &str)> {
    let first = text.find(|character: char| character.is_ascii_digit())?;
    let last = text.rfind(|character: char| character.is_ascii_digit())?;
    // Some number formats write half a euro as `,50`.
    let start = if text[..first].ends_with([',', '.']) {
        first - 1
    } else {
        first
    };
    Some((text[..start].trim(), &text[start..=last], text[last + 1..].trim()))
}

/// Signs, currency and multiplier around the digits.
#[derive(Default)]
struct AmountAffixes {
    minus: usize,
    currencies: usize,
    factor: Option<Decimal>,
}

impl AmountAffixes {
    /// Consumes a multiplier (`k€`, `M €`, `MEUR`) and then the same units as [`take`](Self::take).
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

/// Strips `HT`: amounts are counted without tax.
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

/// Parses the digits. `digits` begins with a digit or a mark and ends with a digit.
fn number(digits: &str, factor: Decimal) -> Result<ParsedAmount, AmountProblem> {
    let marks: Vec<(usize, char)> = digits
        .match_indices([',', '.'])
        .map(|(at, mark)| (at, sign(mark)))
        .collect();
    let kinds = |wanted: char| marks.iter().filter(|(_, mark)| *mark == wanted).count();
    match (marks.last().copied(), kinds(','), kinds('.')) {
        (None, ..) => single_reading(whole(digits, &[' ', '\''])?, "", factor, None),
        (Some((at, mark)), 1, 0) | (Some((at, mark)), 0, 1) => single_mark(digits, at, mark, factor),
        (Some((at, mark)), commas, points) if commas > 0 && points > 0 => {
            let decimal_mark = DecimalMark::of(mark);
            let thousands = if mark == ',' { '.' } else { ',' };
            let whole = whole(&digits[..at], &[thousands])?;
            single_reading(whole, &digits[at + 1..], factor, Some(decimal_mark))
        }
        (Some((_, mark)), ..) => {
            single_reading(whole(digits, &[mark])?, "", factor, Some(DecimalMark::of(mark).other()))
        }
    }
}

fn single_mark(digits: &str, at: usize, mark: char, factor: Decimal) -> Result<ParsedAmount, AmountProblem> {
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
        return single_reading(whole_part, right, factor, Some(decimal_mark));
    }
    let thousands = decimal(&whole(digits, &[mark])?, "")? * factor;
    let with_decimals = decimal(&whole_part, right)? * factor;
    Ok(ParsedAmount::Ambiguous {
        mark: decimal_mark,
        thousands: AmountReading::of(bounded(thousands)?, Some(decimal_mark.other())),
        decimal: AmountReading::of(bounded(with_decimals)?, Some(decimal_mark)),
    })
}

fn sign(mark: &str) -> char {
    if mark == "," { ',' } else { '.' }
}

/// Digits of a whole number, with thousands optionally separated by one of `separators`, always the same one.
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

fn single_reading(
    whole: String,
    fraction: &str,
    factor: Decimal,
    proves: Option<DecimalMark>,
) -> Result<ParsedAmount, AmountProblem> {
    let euros = bounded(decimal(&whole, fraction)? * factor)?;
    Ok(ParsedAmount::Clear(AmountReading::of(euros, proves)))
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
    if whole.len() > MAX_DIGITS {
        return Err(AmountProblem::TooLarge);
    }
    // Fourteen decimals are more than a cell holds, and fit a `Decimal` with every whole part allowed here.
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
