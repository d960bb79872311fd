//! Bytes of a text file as characters.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A text and the name of the alphabet in which it was written.
pub(super) struct Decoded<'bytes> {
    pub(super) text: Cow<'bytes, str>,
    pub(super) encoding: &'static str,
}

/// Reads UTF-8 and UTF-16 by their byte order mark or, without one, by the zeros between the letters of UTF-16; else UTF-8
/// where it is valid, else Windows-1252, in which French Excel writes. `None` for what is no text.
pub(super) fn decode(bytes: &[u8]) -> Option<Decoded<'_>> {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if bytes.contains(&0) => wide(bytes)?,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => WINDOWS_1252,
    };
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    is_text(&text).then(|| Decoded {
        text,
        encoding: encoding.name(),
    })
}

/// UTF-16, of which nearly every letter of a European text has a zero before or after it; `None` for anything else.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let looked_at = &bytes[..bytes.len().min(4_096) / 2 * 2];
    let zeros = |from: usize| {
        looked_at
            .iter()
            .skip(from)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let pairs = looked_at.len() / 2;
    // A letter such as Ā, whose other half is the zero, is rare.
    let is_wide = |high: usize, low: usize| high * 4 > pairs * 3 && low * 50 <= pairs;
    match (zeros(0), zeros(1)) {
        (high, low) if is_wide(high, low) => Some(UTF_16BE),
        (low, high) if is_wide(high, low) => Some(UTF_16LE),
        _ => None,
    }
}

/// Whether bytes that are in no alphabet that is read look like one of two bytes a letter all the same: of UTF-16 even the
/// line ends, the digits and the separators are every other byte a zero.
pub(super) fn may_be_text(bytes: &[u8]) -> bool {
    let line_end = |pair: &[u8]| matches!(pair, [0, b'\n'] | [b'\n', 0]);
    bytes.len().is_multiple_of(2) && bytes.chunks_exact(2).any(line_end)
}

/// Pictures, archives and programs are full of control characters; a text has next to none.
fn is_text(text: &str) -> bool {
    let odd = |character: &char| character.is_control() && !matches!(character, '\t' | '\r' | '\n' | '\u{b}' | '\u{c}');
    let (mut all, mut controls) = (0_usize, 0_usize);
    for character in text.chars().take(100_000) {
        all += 1;
        controls += usize::from(odd(&character));
    }
    !text.contains('\0') && controls * 100 <= all
}
