//! Limits of one uploaded file, so that no file costs more than a large list of deals.

/// Maximum size of a file in bytes: 20 MiB.
pub const MAX_BYTES: usize = 20 << 20;
/// Maximum number of lines below the header.
pub const MAX_LINES: usize = 200_000;
/// Maximum number of columns.
pub const MAX_COLUMNS: usize = 1_000;
/// Maximum number of cells, empty ones between others included.
pub const MAX_CELLS: usize = 2_000_000;
/// Maximum number of characters of one cell, which is what a cell of Google Sheets holds:
/// <https://support.google.com/drive/answer/37603>.
pub const MAX_CELL_CHARACTERS: usize = 50_000;
/// Maximum number of bytes of all unpacked parts of a workbook together: 64 MiB. A few kilobytes can unpack to gigabytes.
pub const MAX_UNPACKED_BYTES: u64 = 64 << 20;
/// How many times its own size a workbook may unpack to.
pub const MAX_UNPACKED_TIMES: u64 = 100;
/// Maximum number of sheets of a workbook.
pub const MAX_SHEETS: usize = 100;
/// Maximum number of attributes of one XML tag.
pub const MAX_ATTRIBUTES: usize = 256;
/// Maximum number of parts in the archive of a workbook.
pub const MAX_PARTS: usize = 10_000;
/// Maximum number of cell styles, names and links of a workbook; Excel has 65,490 styles:
/// <https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3>.
pub const MAX_STYLES: usize = 100_000;

/// Limits of one upload.
#[derive(Clone, Copy, Debug)]
pub struct FileLimits {
    /// See [`MAX_BYTES`].
    pub bytes: usize,
    /// See [`MAX_LINES`].
    pub lines: usize,
    /// See [`MAX_COLUMNS`].
    pub columns: usize,
    /// See [`MAX_CELLS`].
    pub cells: usize,
    /// See [`MAX_CELL_CHARACTERS`].
    pub cell_characters: usize,
    /// See [`MAX_UNPACKED_BYTES`].
    pub unpacked: u64,
    /// See [`MAX_UNPACKED_TIMES`].
    pub unpacked_times: u64,
    /// See [`MAX_SHEETS`].
    pub sheets: usize,
    /// See [`MAX_ATTRIBUTES`].
    pub attributes: usize,
    /// See [`MAX_PARTS`].
    pub parts: usize,
    /// See [`MAX_STYLES`].
    pub styles: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self {
            bytes: MAX_BYTES,
            lines: MAX_LINES,
            columns: MAX_COLUMNS,
            cells: MAX_CELLS,
            cell_characters: MAX_CELL_CHARACTERS,
            unpacked: MAX_UNPACKED_BYTES,
            unpacked_times: MAX_UNPACKED_TIMES,
            sheets: MAX_SHEETS,
            attributes: MAX_ATTRIBUTES,
            parts: MAX_PARTS,
            styles: MAX_STYLES,
        }
    }
}

impl FileLimits {
    /// Whether a text has more characters than a cell may have.
    pub(crate) fn is_too_long(&self, text: &str) -> bool {
        text.len() > self.cell_characters && text.chars().count() > self.cell_characters
    }
}
