//! Binary encoding of rows in the database: the row properties, then a tag and a value for each cell.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Value as Json};

use crate::workbook::{
    cell::{Cell, CellEntry, CellStyle},
    sheet::Row,
};

const BLANK: u8 = 0;
const NUMBER: u8 = 1;
const TEXT: u8 = 2;
const TRUE: u8 = 3;
const FALSE: u8 = 4;
const FORMULA: u8 = 5;
/// Tag flag: a style follows the value.
const STYLED: u8 = 0x80;

/// Decoded styles by their bytes, so that equal cells share one style.
pub type StyleCache = HashMap<Box<[u8]>, Option<Arc<CellStyle>>>;

/// Encodes a row.
pub fn write(row: &Row, out: &mut Vec<u8>) {
    let properties = row
        .properties
        .as_deref()
        .map(serde_json::to_vec)
        .and_then(Result::ok)
        .unwrap_or_default();
    bytes(out, &properties);
    for cell in &row.cells {
        let styled = if cell.style.is_some() { STYLED } else { 0 };
        match &cell.entry {
            CellEntry::Blank => out.push(BLANK | styled),
            CellEntry::Bool(true) => out.push(TRUE | styled),
            CellEntry::Bool(false) => out.push(FALSE | styled),
            CellEntry::Number(number) => {
                out.push(NUMBER | styled);
                out.extend_from_slice(&number.to_le_bytes());
            }
            CellEntry::Text(text) => {
                out.push(TEXT | styled);
                bytes(out, text.as_bytes());
            }
            CellEntry::Formula(text) => {
                out.push(FORMULA | styled);
                bytes(out, text.as_bytes());
            }
        }
        if let Some(style) = &cell.style {
            bytes(out, &serde_json::to_vec(style.fields()).unwrap_or_default());
        }
    }
}

fn bytes(out: &mut Vec<u8>, content: &[u8]) {
    out.extend_from_slice(&u32::try_from(content.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(content);
}

/// Decodes a row; `None` for invalid bytes.
pub fn read(id: u32, mut from: &[u8], styles: &mut StyleCache) -> Option<Row> {
    let properties = take_bytes(&mut from)?;
    let properties: Option<Map<String, Json>> = if properties.is_empty() {
        None
    } else {
        Some(serde_json::from_slice(properties).ok()?)
    };
    let mut cells = Vec::new();
    while let Some((tag, rest)) = from.split_first() {
        from = rest;
        let entry = match tag & !STYLED {
            BLANK => CellEntry::Blank,
            TRUE => CellEntry::Bool(true),
            FALSE => CellEntry::Bool(false),
            NUMBER => {
                let (number, rest) = from.split_first_chunk::<8>()?;
                from = rest;
                CellEntry::Number(f64::from_le_bytes(*number))
            }
            TEXT => CellEntry::Text(std::str::from_utf8(take_bytes(&mut from)?).ok()?.into()),
            FORMULA => CellEntry::Formula(std::str::from_utf8(take_bytes(&mut from)?).ok()?.into()),
            _ => return None,
        };
        let style = if tag & STYLED == 0 {
            None
        } else {
            style(take_bytes(&mut from)?, styles)?
        };
        cells.push(Cell { entry, style });
    }
    cells.shrink_to_fit();
    Some(Row {
        id,
        cells,
        properties: properties.map(Box::new),
    })
}

fn take_bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = from.split_first_chunk::<4>()?;
    let (content, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    *from = rest;
    Some(content)
}

#[expect(clippy::option_option, reason = "unreadable is not the same as plain")]
fn style(content: &[u8], styles: &mut StyleCache) -> Option<Option<Arc<CellStyle>>> {
    if let Some(known) = styles.get(content) {
        return Some(known.clone());
    }
    let created = CellStyle::new(serde_json::from_slice(content).ok()?);
    styles.insert(content.into(), created.clone());
    Some(created)
}
