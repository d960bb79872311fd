//! Detection and decoding of text encodings.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Decoded text with the name of its encoding.
pub(crate) struct DecodedText<'bytes> {
    pub(crate) text: Cow<'bytes, str>,
    pub(crate) encoding: &'static str,
}

/// Decodes UTF-8 and UTF-16 by byte order mark or, without one, UTF-16 by its zero bytes; otherwise UTF-8 if valid,
/// else Windows-1252, which French Excel writes. `None` if the result is not text.
pub(crate) fn decode(bytes: &[u8]) -> Option<DecodedText<'_>> {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if bytes.contains(&0) => wide(bytes)?,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => WINDOWS_1252,
    };
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    is_text(&text).then(|| DecodedText {
        text,
        encoding: encoding.name(),
    })
}

/// Detects UTF-16 without a byte order mark: in European text nearly every code unit has a zero high byte. `None` for
/// any other input.
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
    // Letters with a zero low byte, such as Ā (U+0100), are rare.
    let is_wide = |high: usize, low: usize| high * 4 > pairs * 3 && low * 50 <= pairs;
    match (zeros(0), zeros(1)) {
        (high, low) if is_wide(high, low) => Some(UTF_16BE),
        (low, high) if is_wide(high, low) => Some(UTF_16LE),
        _ => None,
    }
}

/// Whether undecodable bytes look like text in an unsupported two-byte encoding: line breaks, digits and separators
/// have a zero byte in UTF-16.
pub(crate) fn may_be_text(bytes: &[u8]) -> bool {
    let line_end = |pair: &[u8]| matches!(pair, [0, b'\n'] | [b'\n', 0]);
    bytes.len().is_multiple_of(2) && bytes.chunks_exact(2).any(line_end)
}

/// Whether the text has no NUL and at most 1 % control characters; images, archives and programs have many more.
fn is_text(text: &str) -> bool {
    let odd = |character: &char| character.is_control() && !matches!(character, '\t' | '\r' | '\n' | '\u{b}' | '\u{c}');
    let (mut all, mut controls) = (0_usize, 0_usize);
    for character in text.chars().take(100_000) {
        all += 1;
        controls += usize::from(odd(&character));
    }
    !text.contains('\0') && controls * 100 <= all
}
