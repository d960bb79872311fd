//! Tokenizer and parser of formulas: `=SUM(Sheet1!A1:B2) * 2 & "x"`.

use crate::a1;

/// Reference to a cell or a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Tab title, if given.
    pub sheet: Option<String>,
    /// First corner, or the only cell.
    pub first: ReferenceCorner,
    /// Second corner of a range.
    pub last: Option<ReferenceCorner>,
}

/// Corner of a reference: `$B2`, `B`, `2`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReferenceCorner {
    /// Zero-based row.
    pub row: Option<u32>,
    /// Zero-based column.
    pub column: Option<u32>,
    /// Whether the row is absolute (`$` before it).
    pub fixed_row: bool,
    /// Whether the column is absolute (`$` before it).
    pub fixed_column: bool,
}

/// Syntax tree of a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// Number literal.
    Number(f64),
    /// String literal.
    Text(String),
    /// Reference to a cell or a range.
    Reference(Reference),
    /// Name: `TRUE`, `FALSE` or a named range.
    Name(String),
    /// Function call, with the name in upper case.
    Call(String, Vec<Expression>),
    /// Unary operator: `-x`, `+x`.
    Unary(char, Box<Expression>),
    /// Percent operator: `x%`.
    Percent(Box<Expression>),
    /// Binary operator.
    Binary(&'static str, Box<Expression>, Box<Expression>),
    /// Omitted argument.
    Missing,
    /// Error literal, such as `#REF!`.
    Error(&'static str),
}

/// Token with its position in the formula.
#[derive(Clone, Debug, PartialEq)]
pub struct FormulaToken {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset past the last byte.
    pub end: usize,
    /// Kind and value of the token.
    pub kind: TokenKind,
}

/// Kind of a token.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenKind {
    /// Number literal.
    Number(f64),
    /// String literal.
    Text(String),
    /// Reference to a cell or a range.
    Reference(Reference),
    /// Identifier: a name or, before `(`, a function.
    Word(String),
    /// Operator or punctuation: `+`, `<=`, `(` …
    Sign(&'static str),
    /// Error literal, such as `#REF!`.
    Error(&'static str),
}

const SIGNS: [&str; 17] = [
    "<=", ">=", "<>", "+", "-", "*", "/", "^", "&", "=", "<", ">", "(", ")", ",", ";", "%",
];
const ERRORS: [&str; 7] = ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#N/A", "#ERROR!"];

/// Splits the text after `=` into tokens; `None` for a character outside the grammar.
pub fn tokens(text: &str) -> Option<Vec<FormulaToken>> {
    let mut result = Vec::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        if letter.is_whitespace() {
            at += letter.len_utf8();
            continue;
        }
        let (kind, length) = token(&text[at..])?;
        result.push(FormulaToken {
            start: at,
            end: at + length,
            kind,
        });
        at += length;
    }
    Some(result)
}

fn token(text: &str) -> Option<(TokenKind, usize)> {
    let first = text.chars().next()?;
    if first == '"' {
        return string(text);
    }
    if first == '#' {
        return ERRORS
            .iter()
            .find(|name| text.starts_with(*name))
            .map(|name| (TokenKind::Error(name), name.len()));
    }
    if let Some(found) = reference(text) {
        return Some(found);
    }
    if first.is_ascii_digit() || first == '.' {
        return number(text);
    }
    if first.is_alphabetic() || first == '_' {
        let length = text.find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.')));
        let length = length.unwrap_or(text.len());
        return Some((TokenKind::Word(text[..length].to_owned()), length));
    }
    SIGNS
        .iter()
        .find(|sign| text.starts_with(*sign))
        .map(|sign| (TokenKind::Sign(sign), sign.len()))
}

fn string(text: &str) -> Option<(TokenKind, usize)> {
    let mut content = String::new();
    let mut at = 1;
    loop {
        let end = at + text[at..].find('"')?;
        content.push_str(&text[at..end]);
        at = end + 1;
        if !text[at..].starts_with('"') {
            return Some((TokenKind::Text(content), at));
        }
        content.push('"');
        at += 1;
    }
}

fn number(text: &str) -> Option<(TokenKind, usize)> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = bytes.get(end + 1 + sign..).map_or(0, |_| digits(end + 1 + sign));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    text[..end].parse().ok().map(|value| (TokenKind::Number(value), end))
}

fn reference(text: &str) -> Option<(TokenKind, usize)> {
    let (sheet, start) = sheet_prefix(text);
    let (first, length) = corner(&text[start..])?;
    let mut end = start + length;
    let last = text[end..].strip_prefix(':').and_then(corner);
    if let Some((_, length)) = last {
        end += 1 + length;
    }
    let is_cell = first.row.is_some() && first.column.is_some();
    let follows = text[end..].chars().next();
    let is_word = follows.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '(' | '.'));
    if is_word || (last.is_none() && !is_cell) {
        return None;
    }
    Some((
        TokenKind::Reference(Reference {
            sheet,
            first,
            last: last.map(|(corner, _)| corner),
        }),
        end,
    ))
}

/// Parses `Sheet1!` or `'My tab'!` before a reference; returns the title and the length of the prefix.
fn sheet_prefix(text: &str) -> (Option<String>, usize) {
    let name_end = if text.starts_with('\'') {
        let mut at = 1;
        loop {
            let Some(found) = text[at..].find('\'') else {
                return (None, 0);
            };
            at += found + 1;
            if !text[at..].starts_with('\'') {
                break at;
            }
            at += 1;
        }
    } else {
        text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
            .unwrap_or(text.len())
    };
    if name_end == 0 || !text[name_end..].starts_with('!') {
        return (None, 0);
    }
    (
        a1::split(&text[..name_end]).and_then(|written| written.sheet.or(written.rest)),
        name_end + 1,
    )
}

fn corner(text: &str) -> Option<(ReferenceCorner, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut result = ReferenceCorner::default();
    let leading = usize::from(bytes.first() == Some(&b'$'));
    let letters = bytes[leading..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    if letters > 0 {
        result.column = Some(a1::column_index(&text[leading..leading + letters])?);
        result.fixed_column = leading == 1;
        at = leading + letters;
    }
    let dollar = usize::from(bytes.get(at) == Some(&b'$'));
    let digits = bytes
        .get(at + dollar..)?
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits > 0 {
        let row: u32 = text[at + dollar..at + dollar + digits].parse().ok()?;
        result.row = Some(row.checked_sub(1)?);
        result.fixed_row = dollar == 1;
        at += dollar + digits;
    }
    (at > 0 && (result.row.is_some() || result.column.is_some())).then_some((result, at))
}

impl ReferenceCorner {
    fn write(&self, text: &mut String) {
        if let Some(column) = self.column {
            text.push_str(if self.fixed_column { "$" } else { "" });
            text.push_str(&a1::column_letters(column));
        }
        if let Some(row) = self.row {
            text.push_str(if self.fixed_row { "$" } else { "" });
            text.push_str(&(u64::from(row) + 1).to_string());
        }
    }
}

impl Reference {
    /// Text of the reference as written in a formula.
    pub fn text(&self) -> String {
        let mut text = self
            .sheet
            .as_ref()
            .map(|sheet| format!("{}!", a1::quoted_title(sheet)))
            .unwrap_or_default();
        self.first.write(&mut text);
        if let Some(last) = &self.last {
            text.push(':');
            last.write(&mut text);
        }
        text
    }
}

/// Parses the text after `=`; `None` for a syntax error.
pub fn parse(text: &str) -> Option<Expression> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
    };
    let expression = parser.expression(0)?;
    (parser.at == parser.tokens.len()).then_some(expression)
}

struct Parser {
    tokens: Vec<FormulaToken>,
    at: usize,
    depth: usize,
}

/// Precedence of an operator; `^` is right-associative.
fn strength(sign: &str) -> Option<u8> {
    Some(match sign {
        "=" | "<" | ">" | "<=" | ">=" | "<>" => 1,
        "&" => 2,
        "+" | "-" => 3,
        "*" | "/" => 4,
        "^" => 5,
        _ => return None,
    })
}

impl Parser {
    fn peek_sign(&self) -> Option<&'static str> {
        match self.tokens.get(self.at)?.kind {
            TokenKind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    fn take_sign(&mut self, wanted: &str) -> Option<()> {
        (self.peek_sign()? == wanted).then(|| self.at += 1)
    }

    fn expression(&mut self, least: u8) -> Option<Expression> {
        self.depth += 1;
        if self.depth > 100 {
            return None;
        }
        let mut left = self.operand()?;
        while let Some(sign) = self.peek_sign() {
            if sign == "%" {
                self.at += 1;
                left = Expression::Percent(Box::new(left));
                continue;
            }
            let Some(power) = strength(sign).filter(|power| *power > least) else {
                break;
            };
            self.at += 1;
            let right = self.expression(power)?;
            left = Expression::Binary(sign, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Some(left)
    }

    fn operand(&mut self) -> Option<Expression> {
        let token = self.tokens.get(self.at)?.kind.clone();
        self.at += 1;
        Some(match token {
            TokenKind::Number(number) => Expression::Number(number),
            TokenKind::Text(text) => Expression::Text(text),
            TokenKind::Reference(reference) => Expression::Reference(reference),
            TokenKind::Error(name) => Expression::Error(name),
            TokenKind::Word(word) if self.peek_sign() == Some("(") => {
                self.at += 1;
                Expression::Call(word.to_uppercase(), self.arguments()?)
            }
            TokenKind::Word(word) => Expression::Name(word),
            TokenKind::Sign("(") => {
                let inner = self.expression(0)?;
                self.take_sign(")")?;
                inner
            }
            TokenKind::Sign("-") => Expression::Unary('-', Box::new(self.expression(5)?)),
            TokenKind::Sign("+") => Expression::Unary('+', Box::new(self.expression(5)?)),
            TokenKind::Sign(_) => return None,
        })
    }

    fn arguments(&mut self) -> Option<Vec<Expression>> {
        let mut list = Vec::new();
        if self.take_sign(")").is_some() {
            return Some(list);
        }
        loop {
            if matches!(self.peek_sign(), Some("," | ";" | ")")) {
                list.push(Expression::Missing);
            } else {
                list.push(self.expression(0)?);
            }
            match self.peek_sign()? {
                "," | ";" => self.at += 1,
                ")" => {
                    self.at += 1;
                    return Some(list);
                }
                _ => return None,
            }
        }
    }
}

/// Function name.
pub(crate) const ARRAY_FORMULA: &str = "ARRAYFORMULA";

/// Whether a formula text starts with `ARRAYFORMULA`.
pub fn starts_array_formula(text: &str) -> bool {
    let name = text.trim_start_matches('=').trim_start().get(..ARRAY_FORMULA.len());
    name.is_some_and(|name| name.eq_ignore_ascii_case(ARRAY_FORMULA))
}
