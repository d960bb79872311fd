//! Fonts of the PDF reports, and text measurement.

use rustybuzz::{Face, UnicodeBuffer};

/// Font weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FontWeight {
    /// Body text.
    Regular,
    /// Headings and figures.
    Bold,
}

/// One weight of the font (Latin, Greek, Cyrillic). Characters without a glyph are drawn as empty boxes.
pub struct Typeface {
    face: Face<'static>,
    bytes: &'static [u8],
}

impl Typeface {
    /// Loads the bundled font; `None` if it cannot be parsed.
    pub fn load(weight: FontWeight) -> Option<Self> {
        let bytes: &'static [u8] = match weight {
            FontWeight::Regular => include_bytes!("fonts/SourceSans3-Regular.ttf"),
            FontWeight::Bold => include_bytes!("fonts/SourceSans3-Bold.ttf"),
        };
        let face = Face::from_slice(bytes, 0)?;
        Some(Self { face, bytes })
    }

    /// Bytes of the font file.
    pub fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// Whether the font has a glyph for a character.
    pub fn has(&self, letter: char) -> bool {
        self.face.glyph_index(letter).is_some()
    }

    /// Width of a text in points, with kerning.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        let shaped = rustybuzz::shape(&self.face, &[], buffer);
        let advance: i32 = shaped.glyph_positions().iter().map(|glyph| glyph.x_advance).sum();
        #[expect(clippy::cast_precision_loss, reason = "a text is far shorter than 16 million units")]
        let advance = advance as f32;
        #[expect(clippy::cast_precision_loss, reason = "a font has at most 16,384 units to the em")]
        let units = self.face.units_per_em() as f32;
        advance * size / units
    }

    /// Text truncated to `width` points with an ellipsis, or unchanged if it fits.
    pub fn shortened(&self, text: &str, size: f32, width: f32) -> String {
        if self.width(text, size) <= width {
            return text.to_owned();
        }
        let letters: Vec<char> = text.chars().collect();
        // Binary search for the longest prefix that fits.
        let (mut fits, mut fails) = (0, letters.len());
        while fits + 1 < fails {
            let middle = usize::midpoint(fits, fails);
            if self.width(&truncate_with_ellipsis(&letters, middle), size) <= width {
                fits = middle;
            } else {
                fails = middle;
            }
        }
        truncate_with_ellipsis(&letters, fits)
    }

    /// Lines of a text, wrapped at spaces.
    pub fn wrap(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        // Plain spaces only: no-break spaces within a value stay.
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let longer = lines.last().map(|line| format!("{line} {word}"));
            match (lines.last_mut(), longer) {
                (Some(line), Some(longer)) if self.width(&longer, size) <= width => *line = longer,
                _ => lines.push(self.shortened(word, size, width)),
            }
        }
        lines
    }

    /// Largest font size up to `size` at which the text fits.
    pub fn fitting(&self, text: &str, size: f32, width: f32) -> f32 {
        let wide = self.width(text, size);
        if wide <= width { size } else { size * width / wide }
    }
}

fn truncate_with_ellipsis(letters: &[char], count: usize) -> String {
    let start: String = letters[..count].iter().collect();
    format!("{}…", start.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_every_letter_that_french_amounts_and_sentences_need() {
        for weight in [FontWeight::Regular, FontWeight::Bold] {
            let typeface = Typeface::load(weight).expect("typeface");
            for letter in "AZaz09éèêëàâçîïôùûüÿœæÉÈÀÇŒ€%×÷·–—…«»“”’‘\u{a0}\u{202f}ßäöñłčőÅΩЖ".chars()
            {
                assert!(typeface.has(letter), "{weight:?} {letter:?} {:x}", letter as u32);
            }
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_shortened_or_broken_and_fits() {
        let typeface = Typeface::load(FontWeight::Regular).expect("typeface");
        let text = "Coopérative Agricole des Trois Vallées et du Plateau";
        for width in [20.0, 60.0, 150.0] {
            let shortened = typeface.shortened(text, 9.0, width);
            assert!(typeface.width(&shortened, 9.0) <= width, "{shortened}");
            assert!(shortened.ends_with('…'), "{shortened}");
            for line in typeface.wrap(text, 9.0, width) {
                assert!(typeface.width(&line, 9.0) <= width, "{line}");
            }
        }
        assert_eq!(typeface.shortened(text, 9.0, 1000.0), text);
        assert_eq!(typeface.wrap(text, 9.0, 150.0).join(" "), text);
        assert_eq!(typeface.wrap("12\u{202f}500,50\u{a0}€", 9.0, 500.0).len(), 1);
    }
}
