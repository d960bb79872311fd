//! Tables that become cards on a phone.
//!
//! Rows are laid out anew on a narrow screen, and a browser may forget that a table is one once its `display` changes;
//! so table, rows and cells carry their roles in words.

use maud::{Markup, html};

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Text of its header.
    pub label: &'a str,
    /// How its cells line up.
    pub alignment: Alignment,
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
    }
}

/// A column of figures.
pub const fn number(label: &str) -> Column<'_> {
    Column {
        label,
        alignment: Alignment::Number,
    }
}

/// A table with a caption for those who do not see the heading above it. `rows` come from [`row`].
pub fn table(caption: &str, columns: &[Column<'_>], rows: &[Markup]) -> Markup {
    html! {
        table role="table" {
            caption .unseen { (caption) }
            thead role="rowgroup" {
                tr role="row" {
                    @for column in columns {
                        th role="columnheader" scope="col" .number[column.alignment == Alignment::Number] { (column.label) }
                    }
                }
            }
            tbody role="rowgroup" { @for row in rows { (row) } }
        }
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
    html! {
        tr role="row" {
            @for (place, cell) in cells.iter().enumerate() {
                @if place == heading {
                    th role="rowheader" scope="row" class=(cell.class) { (cell.content) }
                } @else {
                    td role="cell" class=(cell.class) { (cell.content) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_one_heading_and_every_cell_its_role() {
        let cells = [
            cell("number", html! { "1" }),
            cell("", html! { "Kate" }),
            cell("number", html! { "14" }),
        ];
        let drawn = table(
            "By CSM",
            &[number("Rank"), text("CSM"), number("Integrations")],
            &[row(1, &cells)],
        )
        .into_string();
        assert_eq!(drawn.matches(r#"scope="row""#).count(), 1);
        assert_eq!(drawn.matches(r#"role="cell""#).count(), 2);
        assert_eq!(drawn.matches(r#"role="columnheader""#).count(), 3);
        assert!(drawn.contains(">By CSM</caption>"));
    }
}
