//! Form fields for mapping and options: parsed from a request and written back to addresses and forms.

use domain::language::Language;
use web::error::FieldError;

use crate::{
    deal::{Deal, stage::LostStage},
    import::{
        mapping::{ColumnMapping, MappingProblem, field::ImportField},
        plan::{
            lines::ParsedLines,
            options::{EmptyCells, ImportOptions, MatchingKey},
        },
    },
    text::amount::DecimalMark,
};

/// Names of the form fields other than the columns.
const KEY: &str = "key";
const DECIMAL: &str = "decimal";
const EMPTY: &str = "empty";
/// Marks that the form showed the key's checkboxes, so that none checked means no key rather than the default.
const KEY_SHOWN: &str = "key_shown";

/// Mapping and options from a request; missing ones are derived from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportRequest {
    /// Form fields of the mapping.
    columns: Vec<(String, String)>,
    /// Matching key; `None` for the default of the file.
    key: Option<MatchingKey>,
    decimal_mark: Option<DecimalMark>,
    empty_cells: EmptyCells,
}

impl ImportRequest {
    /// Parses form fields; unrelated fields are ignored.
    ///
    /// # Errors
    /// One error for each invalid field.
    pub fn from_pairs<'form>(
        pairs: impl IntoIterator<Item = (&'form str, &'form str)>,
        language: Language,
    ) -> Result<Self, Vec<FieldError>> {
        let mut sent = Self::default();
        let (mut fields, mut was_key_shown) = (Vec::new(), false);
        let mut complaints = Vec::new();
        for (name, value) in pairs {
            let value = value.trim();
            match name {
                KEY => match ImportField::parse(value) {
                    Some(field) => fields.push(field),
                    None => complaints.push(unknown(KEY, value, language)),
                },
                KEY_SHOWN => was_key_shown = true,
                DECIMAL => match (value, DecimalMark::parse(value)) {
                    ("", _) => {}
                    (_, Some(mark)) => sent.decimal_mark = Some(mark),
                    _ => complaints.push(unknown(DECIMAL, value, language)),
                },
                EMPTY => match value {
                    "" | "keep" => sent.empty_cells = EmptyCells::Keep,
                    "erase" => sent.empty_cells = EmptyCells::Erase,
                    _ => complaints.push(unknown(EMPTY, value, language)),
                },
                column if column.starts_with("column_") => {
                    sent.columns.push((column.to_owned(), value.to_owned()));
                }
                _ => {}
            }
        }
        match MatchingKey::new(fields) {
            Ok(key) => sent.key = Some(key),
            Err(_) if was_key_shown => complaints.push(FieldError::new(
                KEY,
                language.choose(
                    "Choisissez au moins un champ par lequel une ligne retrouve son affaire.",
                    "Choose at least one field by which a line finds its deal.",
                ),
            )),
            Err(_) => {}
        }
        if complaints.is_empty() {
            Ok(sent)
        } else {
            Err(complaints)
        }
    }

    /// Mapping guessed from the headers, adjusted by the fields that were sent.
    ///
    /// # Errors
    /// See [`MappingProblem`].
    pub fn mapping(&self, guessed: &ColumnMapping) -> Result<ColumnMapping, MappingProblem> {
        let pairs = self.columns.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        guessed.clone().adjusted(pairs)
    }

    /// Options for a file.
    pub fn choices(&self, existing: &[Deal], lines: &ParsedLines, lost_stage: LostStage) -> ImportOptions {
        ImportOptions {
            key: self
                .key
                .clone()
                .unwrap_or_else(|| MatchingKey::suggested(existing, lines)),
            decimal_mark: self.decimal_mark,
            empty_cells: self.empty_cells,
            lost_stage,
        }
    }

    /// Form fields that parse to the same value, for an address or hidden inputs.
    pub fn to_form(&self) -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut form = self.columns.clone();
        form.extend(
            self.key
                .iter()
                .flat_map(MatchingKey::fields)
                .map(|field| pair(KEY, field.name())),
        );
        form.extend(self.decimal_mark.map(|mark| pair(DECIMAL, mark.name())));
        if self.empty_cells == EmptyCells::Erase {
            form.push(pair(EMPTY, "erase"));
        }
        form
    }
}

fn unknown(field: &'static str, value: &str, language: Language) -> FieldError {
    FieldError::new(
        field,
        language.choose(
            format!("« {value} » n’est pas un choix possible pour « {field} »."),
            format!("“{value}” is no choice for “{field}”."),
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn read(pairs: &[(&str, &str)]) -> Result<ImportRequest, Vec<FieldError>> {
        ImportRequest::from_pairs(pairs.iter().copied(), Language::French)
    }

    #[test]
    fn what_was_chosen_survives_the_way_through_an_address() {
        let pairs = [
            ("file", "3f9a"),
            ("column_client", "2"),
            ("column_notes", ""),
            ("key_shown", "1"),
            ("key", "client"),
            ("key", "montant_brut"),
            ("decimal", "comma"),
            ("empty", "erase"),
        ];
        let sent = read(&pairs).expect("choices");
        let form = sent.to_form();
        let again = ImportRequest::from_pairs(
            form.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            Language::French,
        );
        assert_eq!(again, Ok(sent));
        assert!(form.contains(&("column_notes".to_owned(), String::new())), "{form:?}");
    }

    #[test]
    fn nothing_sent_leaves_everything_to_the_file() {
        assert_eq!(read(&[]), Ok(ImportRequest::default()));
        assert_eq!(ImportRequest::default().to_form(), []);
    }

    #[test]
    fn what_is_no_choice_is_named() {
        for (pairs, field) in [
            (&[("key_shown", "1")][..], "key"),
            (&[("key", "valeur_ponderee")], "key"),
            (&[("decimal", "semicolon")], "decimal"),
            (&[("empty", "maybe")], "empty"),
        ] {
            let complaints = read(pairs).expect_err("a complaint");
            assert_eq!(complaints.len(), 1, "{pairs:?}");
            assert_eq!(complaints[0].field, field);
        }
    }
}
