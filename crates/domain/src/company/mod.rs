//! Company names: the typed name is kept, and a key groups the spellings of one company.
//!
//! The rules in plain words, with the list of legal forms, are in `docs/directives/fairness.md`.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock},
};

use schemars::JsonSchema;
use serde::Serialize;
use unicode_normalization::char::is_combining_mark;

use crate::{
    alias::{AliasedNames, NameKey},
    normalize::normalize,
};

/// Resolver of typed company names, by the tab `company_aliases` and the key.
pub type CompanyNames = AliasedNames<CompanyKey>;

impl NameKey for CompanyKey {
    const NAMELESS: &'static str = "has neither a letter nor a digit. Write a company name in it";

    fn of_name(typed: &str) -> Option<Self> {
        Self::of(typed)
    }
}

/// Key of a company, shared by all its spellings: `L'ORÉAL S.A.` and `L’Oreal` have one key.
///
/// The key of a key is the key itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct CompanyKey(Arc<str>);

impl CompanyKey {
    /// Key of a typed name; `None` if it contains neither letter nor digit.
    pub fn of(name: &str) -> Option<Self> {
        let spelled = normalized_words(name);
        let mut words: Vec<&str> = spelled.split(' ').filter(|word| !word.is_empty()).collect();
        while let Some(shorter) = strip_legal_form(&words) {
            words.truncate(shorter);
        }
        // The remaining words are a prefix of the text.
        let length = words.iter().map(|word| word.len() + 1).sum::<usize>().checked_sub(1)?;
        Some(Self(spelled[..length].into()))
    }

    /// Key as text: lower-case words with single spaces.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CompanyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Legal forms that are removed from the end of a name, in their usual spelling.
pub const LEGAL_FORMS: &[&str] = &[
    // English-speaking countries
    "Inc.",
    "Incorporated",
    "Corp.",
    "Corporation",
    "Co.",
    "& Co.",
    "Company",
    "& Company",
    "LLC",
    "LLP",
    "LP",
    "Ltd.",
    "Limited",
    "PLC",
    "PLLC",
    "ULC",
    "PBC",
    "Pty",
    "Pte",
    "Pvt",
    "Private Limited",
    // French-speaking countries
    "SA",
    "SAS",
    "SASU",
    "SARL",
    "EURL",
    "EIRL",
    "SCI",
    "SNC",
    "SCA",
    "SCS",
    "SCOP",
    "GIE",
    "Ltée",
    "Limitée",
    "S.à r.l.",
    "& Cie",
    "et Compagnie",
    // German-speaking countries
    "GmbH",
    "mbH",
    "gGmbH",
    "AG",
    "KG",
    "KGaA",
    "OHG",
    "GbR",
    "UG",
    "UG (haftungsbeschränkt)",
    "e.K.",
    "e.V.",
    "eG",
    "GmbH & Co. KG",
    // Benelux
    "BV",
    "NV",
    "SRL",
    "BVBA",
    "SPRL",
    "VOF",
    // Nordic and Baltic countries
    "AB",
    "AS",
    "A/S",
    "ASA",
    "ApS",
    "Oy",
    "Oyj",
    "OÜ",
    "HF",
    "Ehf.",
    "UAB",
    "SIA",
    // Southern Europe and Latin America
    "SpA",
    "SL",
    "SLU",
    "SLL",
    "Lda.",
    "Ltda.",
    "S/A",
    "S.A. de C.V.",
    "SAPI de CV",
    "SAB de CV",
    "S. de R.L. de C.V.",
    "A.Ş.",
    // Central and Eastern Europe
    "Sp. z o.o.",
    "sp. j.",
    "s.r.o.",
    "spol. s r.o.",
    "a.s.",
    "d.o.o.",
    "d.d.",
    "Kft.",
    "Zrt.",
    "Nyrt.",
    "EOOD",
    "OOD",
    // Europe as a whole, and Asia
    "SE",
    "SCE",
    "KK",
    "GK",
    "Sdn. Bhd.",
    "Bhd.",
    "Tbk",
];

// Articles and conjunctions: a name that would be reduced to these alone keeps its legal form ("The Limited").
const ARTICLES: &[&str] = &[
    "a", "an", "and", "das", "der", "die", "el", "il", "l", "la", "las", "le", "les", "los", "the",
];

/// Words of each legal form, by its last word.
static LEGAL_FORMS_BY_END: LazyLock<HashMap<String, Vec<Vec<String>>>> = LazyLock::new(|| {
    let mut forms: HashMap<String, Vec<Vec<String>>> = HashMap::new();
    for form in LEGAL_FORMS {
        let form: Vec<String> = normalized_words(form).split(' ').map(str::to_owned).collect();
        if let Some(last) = form.last() {
            forms.entry(last.clone()).or_default().push(form);
        }
    }
    // Longest first, so that "& Co." is removed as a whole and leaves no "and".
    for same_end in forms.values_mut() {
        same_end.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }
    forms
});

/// Number of words that remain without the legal form at the end of `words`; `None` if there is none.
fn strip_legal_form(words: &[&str]) -> Option<usize> {
    let same_end = LEGAL_FORMS_BY_END.get(*words.last()?)?;
    same_end
        .iter()
        .filter(|form| words.len() > form.len())
        .map(|form| (words.len() - form.len(), form))
        .find(|(rest, form)| {
            words[*rest..].iter().eq(form.iter()) && words[..*rest].iter().any(|word| !ARTICLES.contains(word))
        })
        .map(|(rest, _)| rest)
}

/// Lower-case words with single spaces: punctuation separates words, abbreviations are joined.
fn normalized_words(name: &str) -> String {
    let mut spelled = normalize_words_once(name);
    // A removed character can make two marks adjacent, which are then reordered; a second pass makes the result stable.
    for _ in 0..4 {
        if spelled.is_ascii() {
            break;
        }
        let again = normalize_words_once(&spelled);
        if again == spelled {
            break;
        }
        spelled = again;
    }
    spelled
}

fn normalize_words_once(name: &str) -> String {
    let normalized = normalize(name);
    let mut letters = Vec::with_capacity(normalized.len());
    letters.extend(normalized.chars().filter(|character| *character != '\''));
    let mut spelled = String::with_capacity(normalized.len());
    for (index, letter) in letters.iter().enumerate() {
        match letter {
            '&' => spelled.push_str(" and "),
            '.' if dot_joins(&letters, index) => {}
            ' ' if space_joins(&letters, index) => {}
            letter if is_part_of_word(*letter) => spelled.push(*letter),
            _ => spelled.push(' '),
        }
    }
    let mut unified = String::with_capacity(spelled.len() + 1);
    for word in spelled.split_whitespace() {
        if !unified.is_empty() {
            unified.push(' ');
        }
        unified.push_str(if word == "et" { "and" } else { word });
    }
    unified
}

fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || is_combining_mark(character)
}

/// Whether the character at `index` is a single letter, as in `S.A.` or `U. S.`.
fn is_initial(letters: &[char], index: usize) -> bool {
    let is_letter_at = |index: Option<usize>| {
        index
            .and_then(|index| letters.get(index))
            .is_some_and(|c| is_part_of_word(*c))
    };
    letters.get(index).is_some_and(|letter| letter.is_alphabetic())
        && !is_letter_at(index.checked_sub(1))
        && !is_letter_at(index.checked_add(1))
}

/// Whether the dot at `index` belongs to an abbreviation: `S.A`, or `S. A.` with a space.
fn dot_joins(letters: &[char], index: usize) -> bool {
    let after_initial = index.checked_sub(1).is_some_and(|before| is_initial(letters, before));
    after_initial && (is_initial(letters, index + 1) || space_joins(letters, index + 1))
}

/// Whether the space at `index` is inside an abbreviation, between `S.` and `A.`.
fn space_joins(letters: &[char], index: usize) -> bool {
    index >= 2
        && letters.get(index) == Some(&' ')
        && letters[index - 1] == '.'
        && is_initial(letters, index - 2)
        && is_initial(letters, index + 1)
        && letters.get(index + 2) == Some(&'.')
}
