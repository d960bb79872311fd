//! Tables that become cards on a phone.
//!
//! Rows are laid out anew on a narrow screen, and a browser may forget that a table is one once its `display` changes;
//! so a script gives table, rows and cells their roles in words.

use maud::{Markup, html};

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Text of its header.
    pub label: &'a str,
    /// How its cells line up.
    pub alignment: Alignment,
    /// What the numbers in its cells are.
    pub numbers: Numbers,
}

/// What the numbers in the cells of a column are, told once in its header. What counts rows is a link to them, so that
/// whoever checks a page can follow it and add them up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// There are none, or each says it itself.
    Unsaid,
    /// Counts of what the links in the cells lead to, such as `claims`.
    Counts(&'static str),
    /// What counts no rows: a rank, a share, a day.
    Figures(&'static str),
}

impl Column<'_> {
    /// The same, whose numbers count what the links in its cells lead to.
    #[must_use]
    pub const fn counting(mut self, what: &'static str) -> Self {
        self.numbers = Numbers::Counts(what);
        self
    }

    /// The same, whose numbers count no rows.
    #[must_use]
    pub const fn telling(mut self, what: &'static str) -> Self {
        self.numbers = Numbers::Figures(what);
        self
    }

    fn counts(&self) -> Option<&'static str> {
        match self.numbers {
            Numbers::Counts(what) => Some(what),
            _ => None,
        }
    }

    fn figures(&self) -> Option<&'static str> {
        match self.numbers {
            Numbers::Figures(what) => Some(what),
            _ => None,
        }
    }
}

/// How the cells of a column line up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// Words, from the left.
    Text,
    /// Figures, from the right, all digits equally wide.
    Number,
}

/// A column of words.
pub const fn text(label: &str) -> Column<'_> {
    Column {
        label,
        alignment: Alignment::Text,
        numbers: Numbers::Unsaid,
    }
}

/// A column of figures.
pub const fn number(label: &str) -> Column<'_> {
    Column {
        label,
        alignment: Alignment::Number,
        numbers: Numbers::Unsaid,
    }
}

/// A table with a caption for those who do not see the heading above it. `rows` come from [`row`].
pub fn table(caption: &str, columns: &[Column<'_>], rows: &[Markup]) -> Markup {
    html! {
        table {
            caption .unseen { (caption) }
            thead { tr { @for column in columns { (header(column)) } } }
            tbody { @for row in rows { (row) } }
        }
    }
}

fn header(column: &Column<'_>) -> Markup {
    let class = (column.alignment == Alignment::Number).then_some("number");
    html! {
        th scope="col" class=[class] data-counts=[column.counts()] data-figure=[column.figures()] { (column.label) }
    }
}

/// One cell of a [`row`]: its class decides the place on a phone, its content is shown as it is.
pub struct Cell<'a> {
    /// Class of the cell.
    pub class: &'a str,
    /// What it shows.
    pub content: Markup,
}

/// A cell with its class.
pub const fn cell(class: &str, content: Markup) -> Cell<'_> {
    Cell { class, content }
}

/// A row whose cell number `heading` (0 for the first) names it; the others are data.
pub fn row(heading: usize, cells: &[Cell<'_>]) -> Markup {
    let class = |cell: &Cell<'_>| Some(cell.class.to_owned()).filter(|class| !class.is_empty());
    html! {
        tr {
            @for (place, cell) in cells.iter().enumerate() {
                @if place == heading {
                    th scope="row" class=[class(cell)] { (cell.content) }
                } @else {
                    td class=[class(cell)] { (cell.content) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_one_heading_and_a_column_says_once_what_its_numbers_are() {
        let cells = [
            cell("number", html! { "1" }),
            cell("", html! { "Kate" }),
            cell("number", html! { "14" }),
        ];
        let drawn = table(
            "By CSM",
            &[
                number("Rank").telling("rank"),
                text("CSM"),
                number("Integrations").counting("claims"),
            ],
            &[row(1, &cells)],
        )
        .into_string();
        assert_eq!(drawn.matches(r#"scope="row""#).count(), 1);
        assert_eq!(drawn.matches("<td").count(), 2);
        assert_eq!(drawn.matches(r#"scope="col""#).count(), 3);
        assert!(drawn.contains(r#"<th scope="col" class="number" data-figure="rank">Rank</th>"#));
        assert!(drawn.contains(r#"<th scope="col" class="number" data-counts="claims">Integrations</th>"#));
        assert!(!drawn.contains(r#"class="""#));
        assert!(drawn.contains(">By CSM</caption>"));
    }
}
