//! Bytes of an uploaded file as a [`Table`].

use super::{delimited, table::Table, workbook};
use crate::language::Language;

/// How much one upload may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Lines below the header.
    pub lines: usize,
    /// Bytes of a workbook once it is unpacked: a few kilobytes can unpack to gigabytes.
    pub unpacked: u64,
}

impl Default for Limits {
    /// 20 MiB, 200,000 lines, 512 MiB unpacked.
    fn default() -> Self {
        Self {
            bytes: 20 << 20,
            lines: 200_000,
            unpacked: 512 << 20,
        }
    }
}

/// Why a file cannot be imported at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// No bytes, no cells, or nothing but blank lines.
    #[error("the file is empty")]
    Empty,
    /// More bytes than allowed.
    #[error("the file has more than {limit} bytes")]
    TooLarge {
        /// How many are allowed.
        limit: usize,
    },
    /// More lines than allowed.
    #[error("the file has more than {limit} lines")]
    TooManyLines {
        /// How many are allowed.
        limit: usize,
    },
    /// A workbook that unpacks to more than allowed.
    #[error("the workbook unpacks to more than {limit} bytes")]
    UnpacksTooLarge {
        /// How many are allowed.
        limit: u64,
    },
    /// A picture, a PDF, a web page, a program.
    #[error("the file is no spreadsheet")]
    NotASpreadsheet,
    /// A text in none of the alphabets that are read, or a file that is no text.
    #[error("the alphabet of the file is not known")]
    UnknownAlphabet,
    /// `.xls` of Excel 97 to 2003.
    #[error("the file is an old Excel workbook")]
    OldExcel,
    /// A workbook that a password protects.
    #[error("the workbook is encrypted")]
    ProtectedExcel,
    /// `.ods` of LibreOffice.
    #[error("the file is an OpenDocument spreadsheet")]
    OpenDocument,
    /// `.numbers` and other archives.
    #[error("the archive is no Excel workbook")]
    OtherArchive,
    /// A workbook that breaks off or contradicts itself.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// A quote that no other one closes, so that the rest of the file would be one cell.
    #[error("the quote opened in the record of line {line} is never closed")]
    UnclosedQuote {
        /// Line on which the record begins.
        line: usize,
    },
    /// No line looks like the headers of a table.
    #[error("no header row was found; the file begins with “{first_line}”")]
    NoHeader {
        /// Beginning of the first line that is not blank.
        first_line: String,
    },
}

impl FileProblem {
    /// What is wrong and what to do, in whole sentences.
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

/// Reads a file by what it contains; its name and announced type do not matter.
pub fn read(bytes: &[u8], limits: Limits) -> Result<Table, FileProblem> {
    const ARCHIVE: &[u8] = b"PK\x03\x04";
    const EMPTY_ARCHIVE: &[u8] = b"PK\x05\x06";
    // Compound file, in which Excel 97-2003 writes and newer ones wrap encrypted workbooks.
    const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    if bytes.is_empty() {
        return Err(FileProblem::Empty);
    }
    if bytes.len() > limits.bytes {
        return Err(FileProblem::TooLarge { limit: limits.bytes });
    }
    let begins = |with: &[u8]| bytes.starts_with(with);
    if begins(ARCHIVE) || begins(EMPTY_ARCHIVE) {
        return workbook::read(bytes, limits);
    }
    if begins(COMPOUND) {
        return Err(match is_encrypted(bytes) {
            true => FileProblem::ProtectedExcel,
            false => FileProblem::OldExcel,
        });
    }
    if begins(b"%PDF") || is_markup(bytes) {
        return Err(FileProblem::NotASpreadsheet);
    }
    delimited::read(bytes, limits)
}

/// Whether a compound file wraps an encrypted workbook: the names of its streams stand in it in UTF-16
/// (<https://learn.microsoft.com/openspecs/office_file_formats/ms-offcrypto/>, 2.3.4.4).
fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}

fn is_markup(bytes: &[u8]) -> bool {
    let beginning = bytes[..bytes.len().min(64)].to_ascii_lowercase();
    let beginning = String::from_utf8_lossy(&beginning);
    let beginning = beginning.trim_start_matches('\u{feff}').trim_start();
    ["<!doctype", "<html", "<?xml", "<table", "{\\rtf"]
        .iter()
        .any(|mark| beginning.starts_with(mark))
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
