//! Limits of an uploaded file and the problems that make it unreadable.

use domain::language::Language;

/// Limits of one upload.
#[derive(Clone, Copy, Debug)]
pub struct FileLimits {
    /// Maximum size of the file in bytes.
    pub bytes: usize,
    /// Maximum number of lines below the header.
    pub lines: usize,
    /// Maximum size of an unpacked workbook in bytes: a few kilobytes can unpack to gigabytes.
    pub unpacked: u64,
}

impl Default for FileLimits {
    /// 20 MiB, 200,000 lines, 512 MiB unpacked.
    fn default() -> Self {
        Self {
            bytes: 20 << 20,
            lines: 200_000,
            unpacked: 512 << 20,
        }
    }
}

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
    /// The workbook is larger than allowed once unpacked.
    #[error("the workbook unpacks to more than {limit} bytes")]
    UnpacksTooLarge {
        /// Maximum unpacked size in bytes.
        limit: u64,
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
            Self::UnpacksTooLarge { limit } => {
                let megabytes = limit >> 20;
                pick(
                    &format!("Le classeur décompressé dépasse {megabytes} Mo. Enregistrez la feuille seule, en CSV."),
                    &format!("The unpacked workbook is larger than {megabytes} MB. Save the sheet alone, as CSV."),
                )
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
}
