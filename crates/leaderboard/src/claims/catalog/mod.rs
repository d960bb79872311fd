//! Catalog of integrations, parsed from `integrations.txt`.

pub mod file;

use std::{collections::HashMap, fmt, sync::Arc};

use domain::normalize::{collapse_spaces, is_invisible, normalize};
use schemars::JsonSchema;
use serde::Serialize;

/// Maximum length of an integration name, in characters.
pub const MAX_NAME_LENGTH: usize = 80;

/// Normalised name of an integration: ignores case, accents and spaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct IntegrationKey(Arc<str>);

impl IntegrationKey {
    /// Key of a typed name; `None` when it has no visible character.
    pub fn of(name: &str) -> Option<Self> {
        let folded: String = normalize(name).split(' ').collect();
        (!folded.is_empty()).then(|| Self(folded.into()))
    }

    /// The key as text, for comparison and sorting.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One entry of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Integration {
    /// Name as displayed and as written into the sheet.
    pub name: String,
    /// Alternative names.
    pub aliases: Vec<String>,
    /// Whether the form offers it.
    pub availability: Availability,
}

/// Availability of an integration on the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Offered on the form.
    Offered,
    /// Marked with `~`: no longer offered; existing claims still count.
    Retired,
}

/// A catalog line, or part of one, that is ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CatalogProblem {
    /// Line number, 1 for the first.
    pub line: u32,
    /// What is wrong and how to fix it, in one sentence.
    pub reason: String,
}

impl fmt::Display for CatalogProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.reason)
    }
}

/// Integrations of `integrations.txt`, in file order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    integrations: Vec<Integration>,
    problems: Vec<CatalogProblem>,
    by_key: HashMap<IntegrationKey, usize>,
}

impl Catalog {
    /// Parses a catalog file. Invalid lines become [`Catalog::problems`]; the other lines are used.
    pub fn parse(text: &str) -> Self {
        let mut catalog = Self::default();
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        for (line, content) in (1..).zip(text.lines()) {
            let entry = without_comment(content);
            if !entry.trim().is_empty() {
                catalog.read_entry(line, entry);
            }
        }
        catalog
    }

    /// All entries, offered or retired, in file order.
    pub fn integrations(&self) -> &[Integration] {
        &self.integrations
    }

    /// Offered entries, in file order.
    pub fn offered(&self) -> impl Iterator<Item = &Integration> {
        self.integrations
            .iter()
            .filter(|integration| integration.availability == Availability::Offered)
    }

    /// Ignored lines, in file order.
    pub fn problems(&self) -> &[CatalogProblem] {
        &self.problems
    }

    /// Entry with this name or alias; ignores case, accents and spaces.
    pub fn find(&self, name: &str) -> Option<&Integration> {
        self.position(&IntegrationKey::of(name)?)
            .map(|index| &self.integrations[index])
    }

    /// Index in [`Catalog::integrations`] of the entry with this name or alias.
    pub fn position(&self, key: &IntegrationKey) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// Key of every name and alias, with the index of its entry in [`Catalog::integrations`].
    pub fn keys(&self) -> impl Iterator<Item = (&IntegrationKey, usize)> {
        self.by_key.iter().map(|(key, index)| (key, *index))
    }

    /// Most similar entry for a name outside the catalog; `None` when no entry is similar enough.
    pub fn nearest(&self, name: &str) -> Option<&Integration> {
        let target = IntegrationKey::of(name)?;
        let likeness = |key: &IntegrationKey| strsim::normalized_damerau_levenshtein(key.as_str(), target.as_str());
        let similar = self.by_key.iter().map(|(key, index)| (likeness(key), *index));
        // Threshold of two thirds: allows one typo in a short name, several in a long one.
        let nearest = similar
            .filter(|(likeness, _)| *likeness >= 2.0 / 3.0)
            .max_by(|left, right| left.0.total_cmp(&right.0).then(right.1.cmp(&left.1)));
        nearest.map(|(_, index)| &self.integrations[index])
    }

    fn read_entry(&mut self, line: u32, entry: &str) {
        let mut parts = entry.split('|');
        let name = parts.next().unwrap_or_default().trim();
        let (name, availability) = match name.strip_prefix('~') {
            Some(retired) => (retired, Availability::Retired),
            None => (name, Availability::Offered),
        };
        let index = self.integrations.len();
        match self.register_name(name, index) {
            Ok(name) => self.integrations.push(Integration {
                name,
                aliases: Vec::new(),
                availability,
            }),
            Err(reason) => {
                self.problems.push(CatalogProblem {
                    line,
                    reason: format!("{reason} The line is left out."),
                });
                return;
            }
        }
        for alias in parts {
            self.read_alias(line, alias, index);
        }
    }

    fn read_alias(&mut self, line: u32, alias: &str, index: usize) {
        // An alias that repeats the entry's own name is harmless.
        if IntegrationKey::of(alias).and_then(|key| self.position(&key)) == Some(index) {
            return;
        }
        match self.register_name(alias, index) {
            Ok(alias) => self.integrations[index].aliases.push(alias),
            Err(reason) => self.problems.push(CatalogProblem {
                line,
                reason: format!("{reason} This alias is left out."),
            }),
        }
    }

    fn register_name(&mut self, name: &str, index: usize) -> Result<String, String> {
        let display = collapse_spaces(name);
        if let Some(character) = name.chars().find(|character| is_separator(*character)) {
            return Err(format!(
                "“{display}” contains {character:?}, which separates names in the sheet. Write it without, one integration a line."
            ));
        }
        // Replacement for bytes that are not UTF-8, such as the accents of a file saved as Latin-1.
        if name.contains(char::REPLACEMENT_CHARACTER) {
            return Err(format!("“{display}” is not UTF-8 text. Save the file as UTF-8."));
        }
        if name
            .chars()
            .any(|character| character.is_control() || is_invisible(character))
        {
            return Err(format!(
                "“{}” contains an invisible character. Type it anew.",
                display.escape_debug()
            ));
        }
        let length = display.chars().count();
        if length > MAX_NAME_LENGTH {
            return Err(format!("A name has {length} characters. Keep it to {MAX_NAME_LENGTH}."));
        }
        let key = IntegrationKey::of(name).ok_or("A name is empty. Write one, or delete the line.")?;
        if let Some(taken) = self.position(&key) {
            let owner = &self.integrations[taken].name;
            return Err(format!(
                "“{display}” already stands for {owner} further up. Keep one of the two."
            ));
        }
        self.by_key.insert(key, index);
        Ok(display)
    }
}

/// Whether a character separates names in the `integrations` cell; catalog names must not contain it.
pub fn is_separator(character: char) -> bool {
    matches!(character, ',' | ';' | '\n' | '\r')
}

/// The line up to a `#` at its start or after white space; `C#` stays whole.
fn without_comment(line: &str) -> &str {
    let mut after_space = true;
    for (index, character) in line.char_indices() {
        if character == '#' && after_space {
            return &line[..index];
        }
        after_space = character.is_whitespace();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn names(catalog: &Catalog) -> Vec<&str> {
        catalog
            .integrations()
            .iter()
            .map(|integration| integration.name.as_str())
            .collect()
    }

    #[test]
    fn comments_blank_lines_byte_order_mark_and_carriage_returns_are_tolerated() {
        let catalog =
            Catalog::parse("\u{FEFF}# ours\r\n\r\nGitHub | GH # code\r\n  C#\t# a language\r\n   # indented\r\nLinear");
        assert_eq!(names(&catalog), ["GitHub", "C#", "Linear"]);
        assert_eq!(catalog.integrations()[0].aliases, ["GH"]);
        assert_eq!(catalog.problems(), []);
    }

    #[test]
    fn an_empty_file_is_an_empty_catalog() {
        for text in ["", "\n\n", "# nothing yet", "\u{FEFF}"] {
            assert_eq!(Catalog::parse(text), Catalog::default(), "{text:?}");
        }
    }

    #[test]
    fn a_name_is_found_by_any_spelling_of_it_or_its_aliases() {
        let catalog = Catalog::parse("ClickHouse | Click-House DB\nZoé");
        for typed in [
            "clickhouse",
            " CLICK HOUSE ",
            "Clíckhouse",
            "click-house db",
            "CLICK-HOUSEDB",
        ] {
            assert_eq!(
                catalog.find(typed).map(|found| found.name.as_str()),
                Some("ClickHouse"),
                "{typed:?}"
            );
        }
        assert_eq!(catalog.find("ZOE").map(|found| found.name.as_str()), Some("Zoé"));
        assert_eq!(catalog.find("Click"), None);
        assert_eq!(catalog.find(" "), None);
    }

    #[test]
    fn a_slip_finds_the_entry_that_was_meant() {
        let catalog = Catalog::parse("GitHub | GH\nGitLab\nSlack\n~Segment | Twilio Segment\nA1\nA2");
        for (typed, meant) in [
            ("Githbu", Some("GitHub")),
            ("Git-Hub", Some("GitHub")),
            ("gitlabb", Some("GitLab")),
            ("Twillio Segment", Some("Segment")),
            ("Slak", Some("Slack")),
            ("Fax", None),
            ("A3", None),
            ("", None),
        ] {
            let nearest = catalog.nearest(typed).map(|integration| integration.name.as_str());
            assert_eq!(nearest, meant, "{typed:?}");
        }
        assert_eq!(Catalog::default().nearest("Slack"), None);
    }

    #[test]
    fn a_retired_name_is_known_but_not_offered() {
        let catalog = Catalog::parse("GitHub\n~ Segment | Twilio Segment");
        let offered: Vec<&str> = catalog.offered().map(|integration| integration.name.as_str()).collect();
        assert_eq!(offered, ["GitHub"]);
        let segment = catalog.find("twilio segment").expect("kept");
        assert_eq!(
            (segment.name.as_str(), segment.availability),
            ("Segment", Availability::Retired)
        );
    }

    #[test]
    fn a_broken_line_is_named_with_its_number_and_the_rest_works() {
        let long = "x".repeat(MAX_NAME_LENGTH + 1);
        let text = format!(
            "GitHub | GH\n| nothing\n~\ngit hub\nGH\nA, B\nA; B\nbell\u{7}\nturn\u{202E}ed\n{long}\nGitLab | GitHub | GL\nSlack | | slack"
        );
        let catalog = Catalog::parse(&text);
        assert_eq!(names(&catalog), ["GitHub", "GitLab", "Slack"]);
        assert_eq!(catalog.find("GL").map(|found| found.name.as_str()), Some("GitLab"));
        let problems: Vec<(u32, &str)> = catalog
            .problems()
            .iter()
            .map(|problem| (problem.line, problem.reason.as_str()))
            .collect();
        for ((line, reason), (expected_line, expected)) in problems.iter().zip([
            (2, "is empty"),
            (3, "is empty"),
            (4, "“git hub” already stands for GitHub"),
            (5, "“GH” already stands for GitHub"),
            (6, "contains ','"),
            (7, "contains ';'"),
            (8, "invisible character"),
            (9, "invisible character"),
            (10, "has 81 characters"),
            (
                11,
                "“GitHub” already stands for GitHub further up. Keep one of the two. This alias is left out.",
            ),
            (12, "is empty"),
        ]) {
            assert_eq!(*line, expected_line, "{reason}");
            assert!(reason.contains(expected), "{reason} lacks {expected}");
        }
        assert_eq!(problems.len(), 11);
    }

    #[test]
    fn the_catalog_that_ships_is_sorted_and_without_a_broken_line() {
        let catalog = Catalog::parse(include_str!("../../../../../integrations.txt"));
        assert_eq!(catalog.problems(), []);
        assert!(catalog.integrations().len() >= 25);
        assert!(
            catalog
                .integrations()
                .is_sorted_by_key(|integration| normalize(&integration.name))
        );
    }
}
