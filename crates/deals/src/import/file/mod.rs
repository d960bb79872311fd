//! Reader of uploaded files: detects the format by content and returns a [`FileTable`].

pub(crate) mod deadline;
pub(crate) mod delimited;
pub(crate) mod encoding;
pub(crate) mod header;
pub(crate) mod limits;
pub(crate) mod package;
pub(crate) mod percent;
pub(crate) mod problem;
pub(crate) mod table;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod workbook;

use crate::import::file::{deadline::Deadline, limits::FileLimits, problem::FileProblem, table::FileTable};

/// Reads a file by its content; its name and declared type are ignored.
///
/// # Errors
/// See [`FileProblem`].
pub fn read(bytes: &[u8], limits: FileLimits, deadline: &Deadline) -> Result<FileTable, FileProblem> {
    const ARCHIVE: &[u8] = b"PK\x03\x04";
    const EMPTY_ARCHIVE: &[u8] = b"PK\x05\x06";
    // Compound file: the format of Excel 97-2003, and the wrapper of encrypted newer workbooks.
    const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    if bytes.is_empty() {
        return Err(FileProblem::Empty);
    }
    if bytes.len() > limits.bytes {
        return Err(FileProblem::TooLarge { limit: limits.bytes });
    }
    let begins = |with: &[u8]| bytes.starts_with(with);
    if begins(ARCHIVE) || begins(EMPTY_ARCHIVE) {
        return workbook::read(bytes, limits, deadline);
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
    delimited::read(bytes, limits, deadline)
}

/// Whether a compound file wraps an encrypted workbook: it then contains the stream name `EncryptedPackage` in UTF-16
/// (<https://learn.microsoft.com/openspecs/office_file_formats/ms-offcrypto/>, 2.3.4.4).
fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    memchr::memmem::find(bytes, &name).is_some()
}

fn is_markup(bytes: &[u8]) -> bool {
    let beginning = bytes[..bytes.len().min(64)].to_ascii_lowercase();
    let beginning = String::from_utf8_lossy(&beginning);
    let beginning = beginning.trim_start_matches('\u{feff}').trim_start();
    ["<!doctype", "<html", "<?xml", "<table", "{\\rtf"]
        .iter()
        .any(|mark| beginning.starts_with(mark))
}
