//! Why a line of the file is refused, in words.

use super::field::Field;
use crate::{
    deals::{amount::AmountProblem, day::DayProblem},
    language::Language,
    money::Money,
};

/// One thing that is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field that it concerns, if only one.
    pub field: Option<Field>,
    /// What stands in the file.
    pub value: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a cell or a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The amount cannot be read.
    Amount(AmountProblem),
    /// The amount has two readings, and nobody said which is meant.
    AmbiguousAmount {
        /// If the mark separates thousands.
        thousands: Money,
        /// If it separates decimals.
        decimal: Money,
    },
    /// The amount is nothing or less.
    NotPositive,
    /// The spreadsheet holds a date where an amount should be.
    AmountIsDate,
    /// The due date cannot be read.
    Day(DayProblem),
    /// No stage has this name.
    UnknownStage,
    /// The stage exists, but not on this board.
    StageDisabled,
    /// A new deal needs the field.
    Missing,
    /// No whole number above 0.
    NoId,
    /// Deals are found by id alone, and the line has none that is known.
    UnknownId,
    /// The cell shows that its formula failed.
    SpreadsheetError,
    /// More characters than a cell of the spreadsheet can hold.
    TooLong {
        /// How many it can hold.
        limit: usize,
    },
    /// More cells than the header has columns, as when a separator stands within an unquoted text.
    TooManyCells {
        /// How many columns there are.
        columns: usize,
    },
    /// Another line of the file means the same deal and says something else.
    Contradicts {
        /// Number of the other line.
        line: usize,
    },
    /// Several deals in the tab have this key.
    SeveralDeals {
        /// Their rows in the tab.
        rows: Vec<u32>,
    },
}

impl Problem {
    /// In words without the line, such as `montant « abc » illisible`.
    pub fn text(&self, language: Language) -> String {
        let reason = self.reason.text(language);
        let Some(field) = self.field else {
            return reason;
        };
        let label = field.label(language);
        match (language, shortened(&self.value)) {
            (_, value) if value.is_empty() => format!("{label} {reason}"),
            (Language::French, value) => format!("{label} « {value} » {reason}"),
            (Language::English, value) => format!("{label} “{value}” {reason}"),
        }
    }
}

/// Several problems as one text.
pub fn text_of_all(problems: &[Problem], language: Language) -> String {
    let texts: Vec<String> = problems.iter().map(|problem| problem.text(language)).collect();
    texts.join(match language {
        Language::French => " ; ",
        Language::English => "; ",
    })
}

/// `Ligne 6 : montant « abc » illisible`.
pub fn sentence(line: usize, problems: &[Problem], language: Language) -> String {
    let text = text_of_all(problems, language);
    match language {
        Language::French => format!("Ligne {line} : {text}"),
        Language::English => format!("Line {line}: {text}"),
    }
}

impl Reason {
    /// What is wrong, in words that follow the value in quotes.
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::French => self.french(),
            Language::English => self.english(),
        }
    }

    fn french(&self) -> String {
        match self {
            Self::Amount(problem) => problem.text(Language::French),
            Self::AmbiguousAmount { thousands, decimal } => format!(
                "ambigu : {} ou {} ? Dites quel signe sépare les décimales",
                Language::French.money(*thousands),
                Language::French.money(*decimal)
            ),
            Self::NotPositive => "refusé : le montant doit être supérieur à 0".to_owned(),
            Self::AmountIsDate => "illisible : la cellule contient une date".to_owned(),
            Self::Day(problem) => problem.text(Language::French),
            Self::UnknownStage => "inconnu : Prospect, Qualifié, Négociation ou Gagné".to_owned(),
            Self::StageDisabled => "refusé : le statut Perdu n’est pas activé".to_owned(),
            Self::Missing => "absent".to_owned(),
            Self::NoId => "illisible : un nombre entier à partir de 1".to_owned(),
            Self::UnknownId => "inconnu : aucune affaire n’a ce numéro".to_owned(),
            Self::SpreadsheetError => "illisible : la formule de la cellule a échoué".to_owned(),
            Self::TooLong { limit } => format!("trop long : {limit} caractères au plus"),
            Self::TooManyCells { columns } => format!(
                "plus de cellules que les {columns} colonnes de l’en-tête ; mettez entre guillemets le texte qui contient un séparateur"
            ),
            Self::Contradicts { line } => format!(
                "la ligne {line} désigne la même affaire avec d’autres valeurs ; gardez-en une, ou ajoutez un champ à la clé"
            ),
            Self::SeveralDeals { rows } => format!(
                "plusieurs affaires ont cette clé (lignes {} de l’onglet) ; ajoutez l’id ou un champ à la clé",
                list(rows)
            ),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Amount(problem) => problem.text(Language::English),
            Self::AmbiguousAmount { thousands, decimal } => format!(
                "is ambiguous: {} or {}? Say which sign separates decimals",
                Language::English.money(*thousands),
                Language::English.money(*decimal)
            ),
            Self::NotPositive => "is refused: the amount must be more than 0".to_owned(),
            Self::AmountIsDate => "cannot be read: the cell holds a date".to_owned(),
            Self::Day(problem) => problem.text(Language::English),
            Self::UnknownStage => "is unknown: Prospect, Qualifié, Négociation or Gagné".to_owned(),
            Self::StageDisabled => "is refused: the status Perdu is not enabled".to_owned(),
            Self::Missing => "is missing".to_owned(),
            Self::NoId => "cannot be read: a whole number from 1 on".to_owned(),
            Self::UnknownId => "is unknown: no deal has this number".to_owned(),
            Self::SpreadsheetError => "cannot be read: the formula of the cell failed".to_owned(),
            Self::TooLong { limit } => format!("is too long: at most {limit} characters"),
            Self::TooManyCells { columns } => format!(
                "more cells than the {columns} columns of the header; put text that contains a separator in quotes"
            ),
            Self::Contradicts { line } => {
                format!("line {line} means the same deal with other values; keep one, or add a field to the key")
            }
            Self::SeveralDeals { rows } => format!(
                "several deals have this key (rows {} of the tab); add the id or a field to the key",
                list(rows)
            ),
        }
    }
}

fn list(rows: &[u32]) -> String {
    const SHOWN: usize = 5;
    let mut shown: Vec<String> = rows.iter().take(SHOWN).map(u32::to_string).collect();
    if rows.len() > SHOWN {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

/// Whole texts do not belong into a sentence.
fn shortened(value: &str) -> String {
    const LONGEST: usize = 60;
    let line = crate::spelling::tidy(value);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
