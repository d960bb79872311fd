//! Mapping of file columns to deal fields: guessed from the headers, adjusted by a person.

pub(crate) mod field;

use domain::language::Language;

use crate::import::mapping::field::{ImportField, is_computed};

/// Minimum similarity of a header to a field's name for a suggestion.
const MIN_SIMILARITY: f64 = 0.88;

/// Column index of each field, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnMapping([Option<usize>; ImportField::ALL.len()]);

/// Reason why a mapping cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingProblem {
    /// No column for a field that new deals require.
    #[error("no column holds {}", .0.name())]
    Missing(ImportField),
    /// Two fields read from the same column.
    #[error("{} and {} are read from the same column", .0.name(), .1.name())]
    SharedColumn(ImportField, ImportField),
    /// The table has no such column.
    #[error("{} is read from a column that the file does not have", .0.name())]
    NoSuchColumn(ImportField),
    /// A form value that is neither a column index nor empty.
    #[error("“{value}” is no column number for {}", .field.name())]
    NotAColumn {
        /// Field of the form value.
        field: ImportField,
        /// Form value as sent.
        value: String,
    },
}

impl MappingProblem {
    /// What is wrong and what to do, in a full sentence.
    pub fn text(&self, language: Language) -> String {
        let french = language == Language::French;
        match self {
            Self::Missing(field) if french => {
                format!(
                    "Aucune colonne pour « {} » : choisissez-la dans la liste.",
                    field.label(language)
                )
            }
            Self::Missing(field) => format!("No column for “{}”: choose one from the list.", field.label(language)),
            Self::SharedColumn(one, other) if french => format!(
                "« {} » et « {} » lisent la même colonne : choisissez-en une autre pour l’un des deux.",
                one.label(language),
                other.label(language)
            ),
            Self::SharedColumn(one, other) => format!(
                "“{}” and “{}” read the same column: choose another one for one of them.",
                one.label(language),
                other.label(language)
            ),
            Self::NoSuchColumn(field) | Self::NotAColumn { field, .. } if french => {
                format!(
                    "La colonne choisie pour « {} » n’existe pas dans ce fichier.",
                    field.label(language)
                )
            }
            Self::NoSuchColumn(field) | Self::NotAColumn { field, .. } => {
                format!(
                    "The column chosen for “{}” does not exist in this file.",
                    field.label(language)
                )
            }
        }
    }
}

impl ColumnMapping {
    /// Column of a field.
    pub fn column(&self, field: ImportField) -> Option<usize> {
        self.0[field as usize]
    }

    /// Copy of the mapping with another column, or none, for a field.
    #[must_use]
    pub fn with(mut self, field: ImportField, column: Option<usize>) -> Self {
        self.0[field as usize] = column;
        self
    }

    /// Fields that have a column, with the column.
    pub fn columns(&self) -> impl Iterator<Item = (ImportField, usize)> {
        ImportField::ALL
            .into_iter()
            .filter_map(|field| Some((field, self.column(field)?)))
    }

    /// Name of the form field for the column, such as `column_montant_brut`.
    pub fn form_name(field: ImportField) -> String {
        format!("column_{}", field.name())
    }

    /// All fields as form fields; the value is empty for a field without a column.
    pub fn to_form(&self) -> Vec<(String, String)> {
        let value = |field| self.column(field).map(|column| column.to_string()).unwrap_or_default();
        ImportField::ALL
            .map(|field| (Self::form_name(field), value(field)))
            .to_vec()
    }

    /// Copy of the mapping with the columns from form fields. Other form fields are ignored; a field that is not sent
    /// keeps its column.
    ///
    /// # Errors
    /// [`MappingProblem::NotAColumn`] for a value that is not a number.
    pub fn adjusted<'form>(
        mut self,
        form: impl IntoIterator<Item = (&'form str, &'form str)>,
    ) -> Result<Self, MappingProblem> {
        for (name, value) in form {
            let Some(field) = name.strip_prefix("column_").and_then(ImportField::parse) else {
                continue;
            };
            self = match value.trim() {
                "" => self.with(field, None),
                number => self.with(
                    field,
                    Some(number.parse().map_err(|_| MappingProblem::NotAColumn {
                        field,
                        value: value.to_owned(),
                    })?),
                ),
            };
        }
        Ok(self)
    }

    /// Problems of the mapping for a table with `columns` columns. If the file has ids, mandatory columns may be
    /// missing: its lines can still update deals.
    pub fn problems(&self, columns: usize) -> Vec<MappingProblem> {
        let mut problems = Vec::new();
        for field in ImportField::ALL {
            match self.column(field) {
                None if field.is_mandatory() && self.column(ImportField::Id).is_none() => {
                    problems.push(MappingProblem::Missing(field));
                }
                None => {}
                Some(column) if column >= columns => problems.push(MappingProblem::NoSuchColumn(field)),
                Some(column) => problems.extend(
                    ImportField::ALL
                        .into_iter()
                        .filter(|other| *other > field && self.column(*other) == Some(column))
                        .map(|other| MappingProblem::SharedColumn(field, other)),
                ),
            }
        }
        problems
    }
}

/// Mapping guessed from the headers, with its doubts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MappingGuess {
    /// Columns whose headers name a field.
    pub mapping: ColumnMapping,
    /// Fields that several columns could hold, with all these columns; the mapping uses the first.
    pub ambiguous: Vec<(ImportField, Vec<usize>)>,
    /// Unmapped fields, each with the unused column whose header is most similar. Not part of the mapping.
    pub suggestions: Vec<(ImportField, usize)>,
    /// Columns that this board computes itself and never imports: probability, weighted value, timestamps.
    pub computed: Vec<usize>,
}

/// Guesses the mapping from the headers.
pub fn guess(headers: &[String]) -> MappingGuess {
    let mut guess = MappingGuess {
        computed: (0..headers.len())
            .filter(|column| is_computed(&headers[*column]))
            .collect(),
        ..MappingGuess::default()
    };
    let meanings: Vec<Option<(ImportField, usize)>> = headers.iter().map(|header| field::meaning(header)).collect();
    for field in ImportField::ALL {
        let rank =
            |meaning: &Option<(ImportField, usize)>| meaning.filter(|(of, _)| *of == field).map(|(_, rank)| rank);
        let mut fitting: Vec<(usize, usize)> = meanings
            .iter()
            .enumerate()
            .filter_map(|(column, meaning)| Some((rank(meaning)?, column)))
            .collect();
        fitting.sort_unstable();
        let fitting: Vec<usize> = fitting.into_iter().map(|(_, column)| column).collect();
        guess.mapping = guess.mapping.with(field, fitting.first().copied());
        if fitting.len() > 1 {
            guess.ambiguous.push((field, fitting));
        }
    }
    guess.suggestions = suggestions(headers, &guess);
    guess
}

fn suggestions(headers: &[String], guess: &MappingGuess) -> Vec<(ImportField, usize)> {
    let is_free = |column: &usize| {
        let fits_several = guess.ambiguous.iter().any(|(_, columns)| columns.contains(column));
        let is_mapped = guess.mapping.columns().any(|(_, mapped)| mapped == *column);
        !fits_several && !is_mapped && !guess.computed.contains(column) && !headers[*column].is_empty()
    };
    let free: Vec<usize> = (0..headers.len()).filter(is_free).collect();
    let nearest = |field: ImportField| {
        let near = |column: &usize| field.similarity_to(&headers[*column]);
        free.iter()
            .copied()
            .filter(|column| near(column) >= MIN_SIMILARITY)
            .max_by(|left, right| near(left).total_cmp(&near(right)))
            .map(|column| (field, column))
    };
    ImportField::ALL
        .into_iter()
        .filter(|field| guess.mapping.column(*field).is_none())
        .filter_map(nearest)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn headers(line: &str) -> Vec<String> {
        line.split(';').map(str::to_owned).collect()
    }

    pub(crate) fn columns(guess: &MappingGuess) -> Vec<(&'static str, usize)> {
        guess
            .mapping
            .columns()
            .map(|(field, column)| (field.name(), column))
            .collect()
    }

    #[test]
    fn the_columns_of_common_exports_find_their_fields() {
        for (line, expected) in [
            (
                "Client;Statut;Montant;Secteur;Échéance;Commercial;Notes",
                vec![
                    ("client", 0),
                    ("statut", 1),
                    ("montant_brut", 2),
                    ("secteur", 3),
                    ("date_echeance", 4),
                    ("assignee", 5),
                    ("notes", 6),
                ],
            ),
            (
                "id;client;statut;montant_brut;probabilite;valeur_ponderee;secteur;date_echeance;assignee;notes;created_at;updated_at",
                vec![
                    ("id", 0),
                    ("client", 1),
                    ("statut", 2),
                    ("montant_brut", 3),
                    ("secteur", 6),
                    ("date_echeance", 7),
                    ("assignee", 8),
                    ("notes", 9),
                ],
            ),
            (
                "Record ID;Deal Name;Amount;Close Date;Deal Stage;Deal owner;Associated Company",
                vec![
                    ("id", 0),
                    ("client", 6),
                    ("statut", 4),
                    ("montant_brut", 2),
                    ("date_echeance", 3),
                    ("assignee", 5),
                ],
            ),
            (
                "Opportunity ID;Account Name;Stage;Amount;Probability (%);Close Date;Industry",
                vec![
                    ("id", 0),
                    ("client", 1),
                    ("statut", 2),
                    ("montant_brut", 3),
                    ("secteur", 6),
                    ("date_echeance", 5),
                ],
            ),
        ] {
            let headers = headers(line);
            let guess = guess(&headers);
            assert_eq!(columns(&guess), expected, "{line}");
            assert_eq!(guess.mapping.problems(headers.len()), [], "{line}");
        }
    }

    #[test]
    fn two_columns_that_fit_are_both_shown_and_the_more_certain_one_is_taken() {
        let guess = guess(&headers("CA;Client;Statut;Montant brut;Société"));
        assert_eq!(guess.mapping.column(ImportField::Amount), Some(3));
        assert_eq!(guess.mapping.column(ImportField::Client), Some(1));
        assert_eq!(
            guess.ambiguous,
            [(ImportField::Client, vec![1, 4]), (ImportField::Amount, vec![3, 0])]
        );
    }

    #[test]
    fn a_near_miss_is_a_suggestion_and_no_more() {
        let guess = guess(&headers(
            "Clients;Statu;Montnat;Date d'echeanse;Montant pondéré;Téléphone",
        ));
        assert_eq!(columns(&guess), []);
        assert_eq!(
            guess.suggestions,
            [
                (ImportField::Client, 0),
                (ImportField::Stage, 1),
                (ImportField::Amount, 2),
                (ImportField::Due, 3)
            ]
        );
        assert_eq!(guess.computed, [4]);
        assert_eq!(
            guess.mapping.problems(6),
            [ImportField::Client, ImportField::Stage, ImportField::Amount].map(MappingProblem::Missing)
        );
    }

    #[test]
    fn a_file_with_ids_may_lack_mandatory_columns() {
        let guess = guess(&headers("id;Statut"));
        assert_eq!(guess.mapping.problems(2), []);
    }

    #[test]
    fn a_mapping_that_cannot_be_is_refused_in_words() {
        let mapping = guess(&headers("Client;Statut;Montant")).mapping;
        let shared = mapping.clone().with(ImportField::Notes, Some(0));
        assert_eq!(
            shared.problems(3),
            [MappingProblem::SharedColumn(ImportField::Client, ImportField::Notes)]
        );
        assert_eq!(
            mapping.clone().with(ImportField::Notes, Some(3)).problems(3),
            [MappingProblem::NoSuchColumn(ImportField::Notes)]
        );
        let refused = mapping.adjusted([("column_notes", "abc")]);
        assert_eq!(
            refused,
            Err(MappingProblem::NotAColumn {
                field: ImportField::Notes,
                value: "abc".to_owned()
            })
        );
    }

    proptest! {
        #[test]
        fn a_mapping_survives_the_form(columns in proptest::array::uniform8(proptest::option::of(0_usize..300))) {
            let mapping = ColumnMapping(columns);
            let form = mapping.to_form();
            let pairs = form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let other = ColumnMapping([Some(7); 8]);
            prop_assert_eq!(other.adjusted(pairs.chain([("format", "csv")])), Ok(mapping));
        }
    }
}
