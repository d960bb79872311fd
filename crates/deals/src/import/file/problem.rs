//! Problems that make an uploaded file unreadable.

use std::io;

use domain::language::Language;

/// Reason why a whole file cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// No bytes, no cells, or only blank lines.
    #[error("the file is empty")]
    Empty,
    /// The file is larger than allowed.
    #[error("the file has more than {limit} bytes")]
    TooLarge {
        /// Maximum size in bytes.
        limit: usize,
    },
    /// The file has more lines than allowed.
    #[error("the file has more than {limit} lines")]
    TooManyLines {
        /// Maximum number of lines.
        limit: usize,
    },
    /// The file has more columns than allowed.
    #[error("line {line} has more than {limit} columns")]
    TooManyColumns {
        /// Number of the line.
        line: usize,
        /// Maximum number of columns.
        limit: usize,
    },
    /// The file has more cells than allowed.
    #[error("the file has more than {limit} cells")]
    TooManyCells {
        /// Maximum number of cells.
        limit: usize,
    },
    /// A cell is longer than allowed.
    #[error("a cell has more than {limit} characters")]
    CellTooLong {
        /// Number of the line, if it is known.
        line: Option<usize>,
        /// Maximum number of characters.
        limit: usize,
    },
    /// The workbook is larger than allowed once unpacked.
    #[error("the workbook unpacks to more than {limit} bytes")]
    UnpacksTooLarge {
        /// Maximum unpacked size in bytes.
        limit: u64,
    },
    /// The workbook unpacks to many times its size.
    #[error("the workbook unpacks to more than {times} times its size")]
    UnpacksTooManyTimes {
        /// Maximum ratio.
        times: u64,
    },
    /// The workbook has more sheets than allowed.
    #[error("the workbook has more than {limit} sheets")]
    TooManySheets {
        /// Maximum number of sheets.
        limit: usize,
    },
    /// A tag of the workbook has more attributes than allowed.
    #[error("a tag of the workbook has more than {limit} attributes")]
    TooManyAttributes {
        /// Maximum number of attributes.
        limit: usize,
    },
    /// The archive of the workbook has more parts than allowed.
    #[error("the workbook has more than {limit} parts")]
    TooManyParts {
        /// Maximum number of parts.
        limit: usize,
    },
    /// The workbook has more cell styles, names and links than allowed.
    #[error("the workbook has more than {limit} styles, names and links")]
    TooManyStyles {
        /// Maximum number of styles, names and links.
        limit: usize,
    },
    /// The file could not be read in time.
    #[error("the file takes longer than {seconds} seconds to read")]
    TooSlow {
        /// Maximum time in seconds.
        seconds: u64,
    },
    /// An image, a PDF, a web page or a program.
    #[error("the file is no spreadsheet")]
    NotASpreadsheet,
    /// Text in an unsupported encoding, or a file that is not text.
    #[error("the alphabet of the file is not known")]
    UnknownAlphabet,
    /// Workbook of Excel 97 to 2003 (`.xls`).
    #[error("the file is an old Excel workbook")]
    OldExcel,
    /// Password-protected workbook.
    #[error("the workbook is encrypted")]
    ProtectedExcel,
    /// `OpenDocument` workbook (`.ods`).
    #[error("the file is an OpenDocument spreadsheet")]
    OpenDocument,
    /// Other archive, such as `.numbers`.
    #[error("the archive is no Excel workbook")]
    OtherArchive,
    /// Truncated or inconsistent file.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// A quote that is never closed, so that the rest of the file would be one cell.
    #[error("the quote opened in the record of line {line} is never closed")]
    UnclosedQuote {
        /// Number of the line on which the record begins.
        line: usize,
    },
    /// No line looks like a header row.
    #[error("no header row was found; the file begins with “{first_line}”")]
    NoHeader {
        /// Beginning of the first non-blank line.
        first_line: String,
    },
}

impl FileProblem {
    /// Problem that a reader met: the one inside the error, otherwise a damaged file.
    pub(crate) fn of_io(error: &io::Error) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>());
        inner.cloned().unwrap_or_else(|| Self::Damaged(error.to_string()))
    }

    /// Problem that an XML reader met.
    pub(crate) fn of_xml(error: &quick_xml::Error) -> Self {
        match error {
            quick_xml::Error::Io(error) => Self::of_io(error),
            other => Self::Damaged(other.to_string()),
        }
    }

    /// Problem of the archive.
    pub(crate) fn of_zip(error: &zip::result::ZipError) -> Self {
        match error {
            zip::result::ZipError::Io(error) => Self::of_io(error),
            other => Self::Damaged(other.to_string()),
        }
    }

    /// Same problem with the number of the line, where it says one.
    #[must_use]
    pub(crate) fn at(self, line: usize) -> Self {
        match self {
            Self::TooManyColumns { limit, .. } => Self::TooManyColumns { line, limit },
            Self::CellTooLong { limit, .. } => Self::CellTooLong {
                line: Some(line),
                limit,
            },
            other => other,
        }
    }

    /// What is wrong and what to do, in full sentences.
    pub fn text(&self, language: Language) -> String {
        let french = language == Language::French;
        let pick = |french_text: &str, english: &str| if french { french_text } else { english }.to_owned();
        match self {
            Self::Empty => pick(
                "Le fichier est vide. Choisissez un fichier avec une ligne d’en-têtes et des affaires.",
                "The file is empty. Choose a file with a header row and deals.",
            ),
            Self::TooLarge { limit } => {
                let megabytes = limit >> 20;
                pick(
                    &format!("Le fichier dépasse {megabytes} Mo. Partagez-le en plusieurs fichiers."),
                    &format!("The file is larger than {megabytes} MB. Split it into several files."),
                )
            }
            Self::TooManyLines { limit } => pick(
                &format!("Le fichier a plus de {limit} lignes. Partagez-le en plusieurs fichiers."),
                &format!("The file has more than {limit} lines. Split it into several files."),
            ),
            Self::TooManyColumns { .. }
            | Self::TooManyCells { .. }
            | Self::CellTooLong { .. }
            | Self::UnpacksTooLarge { .. }
            | Self::UnpacksTooManyTimes { .. }
            | Self::TooManySheets { .. }
            | Self::TooManyAttributes { .. }
            | Self::TooManyParts { .. }
            | Self::TooManyStyles { .. }
            | Self::TooSlow { .. } => {
                let (what, cure) = self.crossed_limit(language);
                format!("{what} {cure}")
            }
            Self::NotASpreadsheet => pick(
                "Ce fichier n’est pas un tableau. Enregistrez-le en CSV ou en classeur Excel (.xlsx).",
                "This file is no spreadsheet. Save it as CSV or as an Excel workbook (.xlsx).",
            ),
            Self::UnknownAlphabet => pick(
                "L’alphabet de ce fichier n’est pas reconnu, ou ce n’est pas un texte. Enregistrez-le en « CSV UTF-8 » ou en classeur Excel (.xlsx).",
                "The alphabet of this file is not known, or it is no text. Save it as “CSV UTF-8” or as an Excel workbook (.xlsx).",
            ),
            Self::OldExcel => pick(
                "Ce classeur date d’Excel 97-2003 (.xls). Enregistrez-le en .xlsx ou en CSV.",
                "This workbook comes from Excel 97-2003 (.xls). Save it as .xlsx or CSV.",
            ),
            Self::ProtectedExcel => pick(
                "Ce classeur est protégé par un mot de passe. Enregistrez-le sans mot de passe, en .xlsx ou en CSV.",
                "This workbook is protected by a password. Save it without a password, as .xlsx or CSV.",
            ),
            Self::OpenDocument => pick(
                "Ce classeur est au format OpenDocument (.ods). Enregistrez-le en .xlsx ou en CSV.",
                "This workbook is in the OpenDocument format (.ods). Save it as .xlsx or CSV.",
            ),
            Self::OtherArchive => pick(
                "Cette archive n’est pas un classeur Excel. Enregistrez le tableau en .xlsx ou en CSV.",
                "This archive is no Excel workbook. Save the table as .xlsx or CSV.",
            ),
            Self::Damaged(detail) => pick(
                &format!(
                    "Le fichier est endommagé ({detail}). Ouvrez-le dans votre tableur et enregistrez-le de nouveau."
                ),
                &format!("The file is damaged ({detail}). Open it in your spreadsheet and save it again."),
            ),
            Self::UnclosedQuote { line } => pick(
                &format!(
                    "Un guillemet ouvert dans l’enregistrement de la ligne {line} n’est jamais fermé. Fermez-le ou retirez-le."
                ),
                &format!("A quote opened in the record of line {line} is never closed. Close or remove it."),
            ),
            Self::NoHeader { first_line } => pick(
                &format!(
                    "Aucune ligne d’en-têtes reconnue ; le fichier commence par « {first_line} ». Il faut au moins les colonnes Client, Statut et Montant."
                ),
                &format!(
                    "No header row was recognised; the file begins with “{first_line}”. At least the columns Client, Status and Amount are needed."
                ),
            ),
        }
    }

    /// Which limit the file crosses, and what to do; both empty for any other problem.
    fn crossed_limit(&self, language: Language) -> (String, &'static str) {
        let say = |french: String, english: String| language.choose(french, english);
        let whole = |number: usize| language.whole(u64::try_from(number).unwrap_or(u64::MAX));
        let fewer = language.choose(
            "Partagez-le en plusieurs fichiers, ou retirez les colonnes inutiles.",
            "Split it into several files, or remove columns that are not needed.",
        );
        let sheet_alone = language.choose("Enregistrez la feuille seule, en CSV.", "Save the sheet alone, as CSV.");
        match self {
            Self::TooManyColumns { line, limit } => (
                say(
                    format!("La ligne {line} a plus de {} colonnes.", whole(*limit)),
                    format!("Line {line} has more than {} columns.", whole(*limit)),
                ),
                language.choose(
                    "Ne gardez que les colonnes des affaires.",
                    "Keep only the columns of the deals.",
                ),
            ),
            Self::TooManyCells { limit } => (
                say(
                    format!("Le fichier a plus de {} cellules.", whole(*limit)),
                    format!("The file has more than {} cells.", whole(*limit)),
                ),
                fewer,
            ),
            Self::CellTooLong { line, limit } => {
                let (french, english) = line.map_or_else(
                    || {
                        (
                            "Une cellule du classeur".to_owned(),
                            "A cell of the workbook".to_owned(),
                        )
                    },
                    |line| {
                        (
                            format!("Une cellule de la ligne {line}"),
                            format!("A cell of line {line}"),
                        )
                    },
                );
                (
                    say(
                        format!("{french} a plus de {} caractères.", whole(*limit)),
                        format!("{english} has more than {} characters.", whole(*limit)),
                    ),
                    language.choose(
                        "Raccourcissez-la ; dans un CSV, vérifiez qu’un guillemet ne reste pas ouvert.",
                        "Shorten it; in a CSV, check that no quote is left open.",
                    ),
                )
            }
            Self::UnpacksTooLarge { limit } => (
                say(
                    format!("Le classeur décompressé dépasse {} Mo.", limit >> 20),
                    format!("The unpacked workbook is larger than {} MB.", limit >> 20),
                ),
                sheet_alone,
            ),
            Self::UnpacksTooManyTimes { times } => (
                say(
                    format!("Le classeur décompressé dépasse {times} fois la taille du fichier."),
                    format!("The unpacked workbook is larger than {times} times the file."),
                ),
                sheet_alone,
            ),
            Self::TooManySheets { limit } => (
                say(
                    format!("Le classeur a plus de {} feuilles.", whole(*limit)),
                    format!("The workbook has more than {} sheets.", whole(*limit)),
                ),
                sheet_alone,
            ),
            Self::TooManyAttributes { limit } => (
                say(
                    format!("Une balise du classeur a plus de {} attributs.", whole(*limit)),
                    format!("A tag of the workbook has more than {} attributes.", whole(*limit)),
                ),
                sheet_alone,
            ),
            Self::TooManyParts { limit } => (
                say(
                    format!("Le classeur a plus de {} parties.", whole(*limit)),
                    format!("The workbook has more than {} parts.", whole(*limit)),
                ),
                sheet_alone,
            ),
            Self::TooManyStyles { limit } => (
                say(
                    format!("Le classeur a plus de {} styles, noms et liens.", whole(*limit)),
                    format!("The workbook has more than {} styles, names and links.", whole(*limit)),
                ),
                sheet_alone,
            ),
            Self::TooSlow { seconds } => (
                say(
                    format!("La lecture du fichier dépasse {seconds} secondes."),
                    format!("The file takes longer than {seconds} seconds to read."),
                ),
                fewer,
            ),
            _ => (String::new(), ""),
        }
    }
}
