//! Reasons for refusing a line, with their texts.

use domain::{
    language::Language,
    money::Money,
    text::{RefusedCharacter, is_refused},
};

use crate::{
    import::mapping::field::ImportField,
    text::{amount::AmountProblem, date::DateProblem},
};

/// Maximum number of rows that a text lists.
pub(crate) const MAX_ROWS: usize = 5;

/// Problem of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalProblem {
    /// Field that has the problem; `None` if it concerns the whole line.
    pub field: Option<ImportField>,
    /// Text of the cell in the file.
    pub value: String,
    /// Reason of the refusal.
    pub reason: RefusalReason,
}

/// Reason why a cell or a line is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// The amount cannot be parsed.
    Amount(AmountProblem),
    /// The amount has two readings and no decimal mark is chosen.
    AmbiguousAmount {
        /// Value if the mark separates thousands.
        thousands: Money,
        /// Value if the mark separates decimals.
        decimal: Money,
    },
    /// The amount is 0 or negative.
    NotPositive,
    /// The cell holds a date instead of an amount.
    AmountIsDate,
    /// The due date cannot be parsed.
    Day(DateProblem),
    /// No stage has this name.
    UnknownStage,
    /// The stage exists but is disabled on this board.
    StageDisabled,
    /// A required field of a new deal is missing.
    Missing,
    /// The id is not a positive integer.
    NoId,
    /// Lines are matched by id only, and this id is unknown.
    UnknownId,
    /// The cell shows a formula error.
    SpreadsheetError,
    /// The text contains a character that does not show.
    Invisible(RefusedCharacter),
    /// The text is longer than a spreadsheet cell can hold.
    TooLong {
        /// Maximum length in UTF-16 code units.
        limit: usize,
    },
    /// The line has more cells than the header, for example because of a separator in unquoted text.
    TooManyCells {
        /// Number of columns in the header.
        columns: usize,
    },
    /// Another line of the file matches the same deal with other values.
    Contradicts {
        /// Number of the other line.
        line: usize,
    },
    /// Several deals in the tab have this key.
    SeveralDeals {
        /// Row numbers in the tab.
        rows: Vec<u32>,
    },
}

impl RefusalProblem {
    /// Text without the line number, such as `montant « abc » illisible`.
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

/// Texts of several problems, joined by semicolons.
pub fn text_of_all(problems: &[RefusalProblem], language: Language) -> String {
    let texts: Vec<String> = problems.iter().map(|problem| problem.text(language)).collect();
    texts.join(match language {
        Language::French => " ; ",
        Language::English => "; ",
    })
}

/// Sentence with the line number, such as `Ligne 6 : montant « abc » illisible`.
pub fn sentence(line: usize, problems: &[RefusalProblem], language: Language) -> String {
    let text = text_of_all(problems, language);
    match language {
        Language::French => format!("Ligne {line} : {text}"),
        Language::English => format!("Line {line}: {text}"),
    }
}

impl RefusalReason {
    /// Text of the reason; follows the quoted value.
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
            Self::Invisible(character) => format!("contient un caractère invisible ({character}) ; retapez-le"),
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
            Self::Invisible(character) => format!("contains an invisible character ({character}); type it again"),
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
    let mut shown: Vec<String> = rows.iter().take(MAX_ROWS).map(u32::to_string).collect();
    if rows.len() > MAX_ROWS {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

/// Value on one line, truncated to 60 characters.
pub(crate) fn shortened(value: &str) -> String {
    const LONGEST: usize = 60;
    let shown: String = value
        .chars()
        .filter(|sign| sign.is_whitespace() || !is_refused(*sign))
        .collect();
    let line = domain::normalize::collapse_spaces(&shown);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
