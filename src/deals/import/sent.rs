//! What a form or a program says about mapping and choices, checked at the door, and the same as form fields again.

use super::{
    choices::{Choices, EmptyCells},
    field::Field,
    line::Lines,
    mapping::{Mapping, MappingProblem},
    matching::MatchingKey,
};
use crate::{
    deals::{amount::DecimalMark, deal::Deal, stage::LostStage},
    error::FieldError,
    language::Language,
};

/// Form fields beside those of the columns.
const KEY: &str = "key";
const DECIMAL: &str = "decimal";
const EMPTY: &str = "empty";
/// Says that the boxes of the key were shown, so that none of them ticked means none chosen.
const KEY_SHOWN: &str = "key_shown";

/// What was sent; what was not is guessed from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Form fields of the mapping.
    columns: Vec<(String, String)>,
    /// The key; `None` leaves it to the file.
    key: Option<MatchingKey>,
    decimal_mark: Option<DecimalMark>,
    empty_cells: EmptyCells,
}

impl Sent {
    /// Reads form fields; those that are not about an import are passed over.
    ///
    /// # Errors
    /// A complaint for each field that cannot be used.
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
                KEY => match Field::parse(value) {
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

    /// The mapping: what the headers say, as far as nothing else was sent.
    ///
    /// # Errors
    /// See [`MappingProblem`].
    pub fn mapping(&self, guessed: &Mapping) -> Result<Mapping, MappingProblem> {
        let pairs = self.columns.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        guessed.clone().adjusted(pairs)
    }

    /// The choices for a file.
    pub fn choices(&self, existing: &[Deal], lines: &Lines, lost_stage: LostStage) -> Choices {
        Choices {
            key: self
                .key
                .clone()
                .unwrap_or_else(|| MatchingKey::suggested(existing, lines)),
            decimal_mark: self.decimal_mark,
            empty_cells: self.empty_cells,
            lost_stage,
        }
    }

    /// The same as form fields, for an address or hidden fields.
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

    fn read(pairs: &[(&str, &str)]) -> Result<Sent, Vec<FieldError>> {
        Sent::from_pairs(pairs.iter().copied(), Language::French)
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
        let again = Sent::from_pairs(
            form.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            Language::French,
        );
        assert_eq!(again, Ok(sent));
        assert!(form.contains(&("column_notes".to_owned(), String::new())), "{form:?}");
    }

    #[test]
    fn nothing_sent_leaves_everything_to_the_file() {
        assert_eq!(read(&[]), Ok(Sent::default()));
        assert_eq!(Sent::default().to_form(), []);
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
