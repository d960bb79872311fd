//! PDF report on A4 pages: headings, paragraphs, cards, tables and bars.
//!
//! The content is collected as drawing commands per page and drawn at the end, when the number of pages is known.

pub(crate) mod typeface;

use std::collections::BTreeSet;

use domain::normalize::is_invisible;
use krilla::{
    Document,
    color::rgb,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, FillRule},
    surface::Surface,
    text::{Font, TextDirection},
};

use crate::response::pdf::typeface::{FontWeight, Typeface};

/// A4 in points (1/72 inch).
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 42.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Lower edge of the content area.
const FOOT: f32 = PAGE.1 - MARGIN;
const BODY: f32 = 9.5;
const LINE: f32 = 13.5;
const GAP: f32 = 10.0;

/// Colours of the report, those of the light theme of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PdfColor {
    /// Text.
    Black,
    /// Secondary text.
    Soft,
    /// Highlights.
    Accent,
    /// Overdue or wrong values.
    Alarm,
    /// Lines and empty bars.
    Rule,
}

impl PdfColor {
    fn fill(self) -> Fill {
        let (red, green, blue) = match self {
            Self::Black => (0x1e, 0x1d, 0x1a),
            Self::Soft => (0x5d, 0x59, 0x4f),
            Self::Accent => (0x0f, 0x6b, 0x57),
            Self::Alarm => (0xa6, 0x2b, 0x1b),
            Self::Rule => (0xde, 0xda, 0xd0),
        };
        Fill {
            paint: rgb::Color::new(red, green, blue).into(),
            opacity: NormalizedF32::ONE,
            rule: FillRule::NonZero,
        }
    }
}

/// Drawing command; coordinates start at the top left corner of the page.
enum DrawCommand {
    Text {
        at: Point,
        style: TextStyle,
        text: String,
    },
    Block {
        at: Point,
        width: f32,
        height: f32,
        color: PdfColor,
    },
}

/// Size, weight and colour of a text.
#[derive(Clone, Copy)]
struct TextStyle {
    size: f32,
    weight: FontWeight,
    color: PdfColor,
}

impl TextStyle {
    const fn regular(size: f32, color: PdfColor) -> Self {
        Self {
            size,
            weight: FontWeight::Regular,
            color,
        }
    }

    const fn bold(size: f32, color: PdfColor) -> Self {
        Self {
            size,
            weight: FontWeight::Bold,
            color,
        }
    }
}

/// Error of the PDF export.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// A bundled font cannot be read.
    #[error("a typeface of the report cannot be read")]
    Typeface,
    /// The PDF library rejects the document.
    #[error("the report cannot be written: {0}")]
    Document(String),
}

/// Figure with its explanation, one of several in a row.
pub struct PdfCard {
    /// Title of the figure.
    pub title: String,
    /// Figure.
    pub figure: String,
    /// Composition and definition of the figure.
    pub lines: Vec<String>,
}

/// Table; the width ratios of its columns add up to about one.
pub struct PdfTable {
    /// Header, ratio of the page width, and alignment of each column.
    pub columns: Vec<(String, f32, PdfAlignment)>,
    /// Rows, each with one cell per column.
    pub rows: Vec<Vec<PdfCell>>,
}

/// Alignment of the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PdfAlignment {
    /// Left-aligned text.
    Left,
    /// Right-aligned numbers.
    Right,
}

/// Cell of a [`PdfTable`].
pub enum PdfCell {
    /// Text or number.
    Text(String),
    /// Text or number, marked as wrong.
    Alarm(String),
    /// Bar, in thousandths of the column width.
    Bar(u32),
}

/// Builder of a report.
pub struct PdfReport {
    title: String,
    language: &'static str,
    regular: Typeface,
    bold: Typeface,
    pages: Vec<Vec<DrawCommand>>,
    y: f32,
}

impl PdfReport {
    /// Empty report; `language` is its language code.
    ///
    /// # Errors
    /// [`PdfError::Typeface`].
    pub fn new(title: &str, language: &'static str) -> Result<Self, PdfError> {
        let load = |weight| Typeface::load(weight).ok_or(PdfError::Typeface);
        let mut report = Self {
            title: title.to_owned(),
            language,
            regular: load(FontWeight::Regular)?,
            bold: load(FontWeight::Bold)?,
            pages: vec![Vec::new()],
            y: MARGIN,
        };
        report.line(title, TextStyle::bold(20.0, PdfColor::Black));
        report.y += 4.0;
        Ok(report)
    }

    /// Adds a section heading; it never stays alone at the end of a page.
    pub fn heading(&mut self, text: &str) {
        self.ensure_space(4.0 * LINE + GAP);
        self.y += GAP;
        self.line(text, TextStyle::bold(13.0, PdfColor::Black));
        self.y += 2.0;
    }

    /// Adds a paragraph over the full width.
    pub fn paragraph(&mut self, text: &str, color: PdfColor) {
        for line in self.regular.wrap(text, BODY, WIDTH) {
            self.ensure_space(LINE);
            self.line(&line, TextStyle::regular(BODY, color));
        }
    }

    /// Adds a row of cards.
    pub fn cards(&mut self, cards: &[PdfCard]) {
        let count = u16::try_from(cards.len().max(1)).unwrap_or(1);
        let width = (WIDTH - GAP * f32::from(count - 1)) / f32::from(count);
        let texts: Vec<Vec<String>> = cards.iter().map(|card| self.card_lines(card, width - 12.0)).collect();
        let most = texts.iter().map(Vec::len).max().unwrap_or(0);
        let height = 40.0 + 11.0 * f32::from(u16::try_from(most).unwrap_or(0)) + 6.0;
        self.ensure_space(height + GAP);
        let top = self.y + 4.0;
        let mut x = MARGIN;
        for (card, lines) in cards.iter().zip(texts) {
            self.block(Point::from_xy(x, top), 2.0, height, PdfColor::Accent);
            let left = x + 8.0;
            self.write(
                Point::from_xy(left, top + 10.0),
                TextStyle::regular(8.5, PdfColor::Soft),
                card.title.clone(),
            );
            let size = self.bold.fitting(&card.figure, 17.0, width - 12.0);
            self.write(
                Point::from_xy(left, top + 30.0),
                TextStyle::bold(size, PdfColor::Black),
                card.figure.clone(),
            );
            for (place, line) in (0_u16..).zip(lines) {
                let y = top + 44.0 + 11.0 * f32::from(place);
                self.write(Point::from_xy(left, y), TextStyle::regular(8.0, PdfColor::Soft), line);
            }
            x += width + GAP;
        }
        self.y = top + height + GAP;
    }

    fn card_lines(&self, card: &PdfCard, width: f32) -> Vec<String> {
        let lines = card.lines.iter();
        lines.flat_map(|line| self.regular.wrap(line, 8.0, width)).collect()
    }

    /// Adds a table; its header is repeated on every page.
    pub fn table(&mut self, table: &PdfTable) {
        self.header(table);
        for row in &table.rows {
            if self.y + LINE + 4.0 > FOOT {
                self.start_page();
                self.header(table);
            }
            self.row(table, row);
        }
        self.y += 4.0;
    }

    fn header(&mut self, table: &PdfTable) {
        self.ensure_space(2.0 * LINE + 8.0);
        let baseline = self.y + 10.0;
        let mut x = MARGIN;
        for (label, share, alignment) in &table.columns {
            let (regular, width) = (&self.regular, share * WIDTH);
            let label = regular.shortened(label, 8.0, width - 12.0);
            let left = left(x, width, regular.width(&label, 8.0), *alignment);
            self.write(
                Point::from_xy(left, baseline),
                TextStyle::regular(8.0, PdfColor::Soft),
                label,
            );
            x += width;
        }
        self.y += LINE;
        self.block(Point::from_xy(MARGIN, self.y), WIDTH, 0.75, PdfColor::Soft);
        self.y += 2.0;
    }

    fn row(&mut self, table: &PdfTable, row: &[PdfCell]) {
        let baseline = self.y + 10.5;
        let mut x = MARGIN;
        for ((_, share, alignment), field) in table.columns.iter().zip(row) {
            let width = share * WIDTH;
            match field {
                PdfCell::Text(text) => self.cell(Point::from_xy(x, baseline), width, *alignment, PdfColor::Black, text),
                PdfCell::Alarm(text) => {
                    self.cell(Point::from_xy(x, baseline), width, *alignment, PdfColor::Alarm, text);
                }
                PdfCell::Bar(permille) => self.bar(Point::from_xy(x, baseline - 7.5), width - 8.0, *permille),
            }
            x += width;
        }
        self.y += LINE + 1.5;
        self.block(Point::from_xy(MARGIN, self.y), WIDTH, 0.4, PdfColor::Rule);
        self.y += 1.5;
    }

    fn cell(&mut self, at: Point, width: f32, alignment: PdfAlignment, color: PdfColor, text: &str) {
        let text = self.regular.shortened(text, BODY, width - 12.0);
        let left = left(at.x, width, self.regular.width(&text, BODY), alignment);
        self.write(Point::from_xy(left, at.y), TextStyle::regular(BODY, color), text);
    }

    fn bar(&mut self, at: Point, width: f32, permille: u32) {
        let share = f32::from(u16::try_from(permille.min(1000)).unwrap_or(1000)) / 1000.0;
        self.block(at, width, 7.0, PdfColor::Rule);
        if share > 0.0 {
            self.block(at, width * share, 7.0, PdfColor::Accent);
        }
    }

    fn line(&mut self, text: &str, style: TextStyle) {
        let baseline = Point::from_xy(MARGIN, self.y + style.size);
        self.write(baseline, style, text.to_owned());
        self.y += style.size.mul_add(1.3, 1.0);
    }

    /// Starts a new page if `height` does not fit on the current one.
    fn ensure_space(&mut self, height: f32) {
        if self.y + height > FOOT && self.y > MARGIN {
            self.start_page();
        }
    }

    fn start_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    fn write(&mut self, at: Point, style: TextStyle, text: String) {
        self.add(DrawCommand::Text { at, style, text });
    }

    /// Number of distinct characters that the font cannot draw; each is printed as an empty box.
    pub fn unprintable_letters(&self) -> usize {
        let texts = self.pages.iter().flatten().filter_map(|command| match command {
            DrawCommand::Text { text, .. } => Some(text.as_str()),
            DrawCommand::Block { .. } => None,
        });
        let is_missing = |letter: &char| !is_invisible(*letter) && !letter.is_control() && !self.regular.has(*letter);
        texts
            .flat_map(str::chars)
            .filter(is_missing)
            .collect::<BTreeSet<char>>()
            .len()
    }

    fn block(&mut self, at: Point, width: f32, height: f32, color: PdfColor) {
        self.add(DrawCommand::Block {
            at,
            width,
            height,
            color,
        });
    }

    fn add(&mut self, command: DrawCommand) {
        if let Some(page) = self.pages.last_mut() {
            page.push(command);
        }
    }

    /// Returns the bytes of the file; `footer` is the footer of every page, next to the page number.
    ///
    /// # Errors
    /// [`PdfError::Document`].
    pub fn finish(mut self, footer: &str) -> Result<Vec<u8>, PdfError> {
        let count = self.pages.len();
        for number in 0..count {
            let numbered = format!("{}/{count}", number + 1);
            let right = PAGE.0 - MARGIN - self.regular.width(&numbered, 8.0);
            for (x, text) in [(MARGIN, footer.to_owned()), (right, numbered)] {
                self.pages[number].push(DrawCommand::Text {
                    at: Point::from_xy(x, PAGE.1 - 22.0),
                    style: TextStyle::regular(8.0, PdfColor::Soft),
                    text,
                });
            }
        }
        self.draw()
    }

    fn draw(&self) -> Result<Vec<u8>, PdfError> {
        let font = |typeface: &Typeface| Font::new(typeface.bytes().into(), 0).ok_or(PdfError::Typeface);
        let fonts = ReportFonts {
            regular: font(&self.regular)?,
            bold: font(&self.bold)?,
        };
        let mut document = Document::new();
        let metadata = Metadata::new().title(self.title.clone());
        document.set_metadata(metadata.language(self.language.to_owned()));
        for commands in &self.pages {
            let settings = PageSettings::from_wh(PAGE.0, PAGE.1);
            let settings = settings.ok_or_else(|| PdfError::Document("a page without a size".to_owned()))?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for command in commands {
                command.draw(&mut surface, &fonts);
            }
            surface.finish();
            page.finish();
        }
        document
            .finish()
            .map_err(|error| PdfError::Document(format!("{error:?}")))
    }
}

/// Left edge of a text of width `text` in a column.
fn left(x: f32, width: f32, text: f32, alignment: PdfAlignment) -> f32 {
    match alignment {
        PdfAlignment::Left => x,
        PdfAlignment::Right => x + width - 12.0 - text,
    }
}

/// Both weights of the font, as the PDF library needs them.
struct ReportFonts {
    regular: Font,
    bold: Font,
}

impl DrawCommand {
    fn draw(&self, surface: &mut Surface<'_>, fonts: &ReportFonts) {
        match self {
            Self::Text { at, style, text } => {
                let font = match style.weight {
                    FontWeight::Regular => &fonts.regular,
                    FontWeight::Bold => &fonts.bold,
                };
                surface.set_fill(Some(style.color.fill()));
                surface.draw_text(*at, font.clone(), style.size, text, false, TextDirection::Auto);
            }
            Self::Block {
                at,
                width,
                height,
                color,
            } => {
                let mut path = PathBuilder::new();
                if let Some(rectangle) = Rect::from_xywh(at.x, at.y, *width, *height) {
                    path.push_rect(rectangle);
                }
                if let Some(path) = path.finish() {
                    surface.set_fill(Some(color.fill()));
                    surface.draw_path(&path);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_without_a_drawing_are_counted_once_each() {
        let mut report = PdfReport::new("Affaires", "fr").expect("report");
        report.paragraph("Société Été\u{200b} — 12\u{202f}500,50\u{a0}€", PdfColor::Black);
        assert_eq!(report.unprintable_letters(), 0);
        report.paragraph("株式会社 株 🚀\u{fe0f} شركة", PdfColor::Black);
        assert_eq!(report.unprintable_letters(), 4 + 1 + 4);
    }
}
