//! CSV file of the refused lines, to correct and upload again.

use domain::{language::Language, normalize::normalize};

use crate::{
    import::{
        file::table::{FileCell, FileTable},
        plan::{RefusedLine, refusal_reason::text_of_all},
    },
    text::amount,
};

/// Header of the reason column.
const REASON_COLUMN: &str = "motif";

/// CSV for French Excel: `;`, UTF-8 with byte order mark, CRLF. Keeps the columns of the file and appends `motif` with
/// the reasons; replaces the `motif` of an earlier export. Text that a spreadsheet would run as a formula gets an
/// apostrophe, which the import removes.
pub fn write(table: &FileTable, refused: &[RefusedLine], language: Language) -> Vec<u8> {
    let width = match table.columns.last() {
        Some(last) if normalize(last) == REASON_COLUMN => table.columns.len() - 1,
        _ => table.columns.len(),
    };
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let mut record: Vec<String> = table.columns[..width]
        .iter()
        .map(|header| harmless(header.clone()))
        .collect();
    record.push(REASON_COLUMN.to_owned());
    let mut written = writer.write_record(&record);
    for refusal in refused {
        let Ok(place) = table.lines.binary_search_by_key(&refusal.line, |line| line.number) else {
            continue;
        };
        let line = &table.lines[place];
        // Cells beyond the header are the reason for the refusal and must be kept.
        let extra = table.columns.len()..line.cells.len();
        record = (0..width).map(|column| text(line.cell(column))).collect();
        record.push(text_of_all(&refusal.problems, language));
        record.extend(extra.map(|column| text(line.cell(column))));
        written = written.and_then(|()| writer.write_record(&record));
    }
    match written.map(|()| writer.into_inner().ok()) {
        Ok(Some(bytes)) => bytes,
        _ => unreachable!("memory takes every record"),
    }
}

fn text(cell: &FileCell) -> String {
    let shown = cell.shown(Language::French);
    match cell {
        // 12,345 could be read with a thousands separator; 12,3450 cannot.
        FileCell::Number(_) if shown.split_once(',').is_some_and(|(_, decimals)| decimals.len() == 3) => shown + "0",
        FileCell::Text(_) => harmless(shown),
        _ => shown,
    }
}

fn harmless(text: String) -> String {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    let runs = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    );
    match runs && amount::parse_amount(&text).is_err() {
        true => format!("'{text}"),
        false => text,
    }
}
