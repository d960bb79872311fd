//! Tables that turn into cards on a narrow screen.
//!
//! A browser may drop the table semantics when `display` changes, so a script sets the ARIA roles of table, rows and
//! cells.

use maud::{Markup, html};

/// Column of a table.
#[derive(Clone, Copy, Debug)]
pub struct TableColumn<'a> {
    /// Text of the header.
    pub label: &'a str,
    /// Alignment of the cells.
    pub alignment: Alignment,
    /// Meaning of the numbers in the cells.
    pub numbers: NumberMeaning,
}

/// Meaning of the numbers in a column, stated once in its header. A number that counts rows is a link to them, so that
/// a test or a reader can add them up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberMeaning {
    /// No numbers, or each cell states its own meaning.
    Unsaid,
    /// Counts of the rows that the links in the cells lead to, such as `claims`.
    Counts(&'static str),
    /// Numbers that count no rows: a rank, a ratio, a date.
    Figures(&'static str),
}

impl TableColumn<'_> {
    /// Declares that the numbers count the rows that the links lead to.
    #[must_use]
    pub const fn counting(mut self, what: &'static str) -> Self {
        self.numbers = NumberMeaning::Counts(what);
        self
    }

    /// Declares that the numbers count no rows.
    #[must_use]
    pub const fn telling(mut self, what: &'static str) -> Self {
        self.numbers = NumberMeaning::Figures(what);
        self
    }

    fn counts(&self) -> Option<&'static str> {
        match self.numbers {
            NumberMeaning::Counts(what) => Some(what),
            _ => None,
        }
    }

    fn figures(&self) -> Option<&'static str> {
        match self.numbers {
            NumberMeaning::Figures(what) => Some(what),
            _ => None,
        }
    }
}

/// Alignment of the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// Left-aligned text.
    Text,
    /// Right-aligned numbers with tabular digits.
    Number,
}

/// Column of text.
pub const fn text(label: &str) -> TableColumn<'_> {
    TableColumn {
        label,
        alignment: Alignment::Text,
        numbers: NumberMeaning::Unsaid,
    }
}

/// Column of numbers.
pub const fn number(label: &str) -> TableColumn<'_> {
    TableColumn {
        label,
        alignment: Alignment::Number,
        numbers: NumberMeaning::Unsaid,
    }
}

/// Table with a caption for screen readers. `rows` come from [`row`].
pub fn table(caption: &str, columns: &[TableColumn<'_>], rows: &[Markup]) -> Markup {
    html! {
        table {
            caption .unseen { (caption) }
            thead { tr { @for column in columns { (header(column)) } } }
            tbody { @for row in rows { (row) } }
        }
    }
}

fn header(column: &TableColumn<'_>) -> Markup {
    let class = (column.alignment == Alignment::Number).then_some("number");
    html! {
        th scope="col" class=[class] data-counts=[column.counts()] data-figure=[column.figures()] { (column.label) }
    }
}

/// Cell of a [`row`]; its class decides the place on a narrow screen.
pub struct TableCell<'a> {
    /// CSS class of the cell.
    pub class: &'a str,
    /// Content of the cell.
    pub content: Markup,
}

/// Cell with a CSS class.
pub const fn cell(class: &str, content: Markup) -> TableCell<'_> {
    TableCell { class, content }
}

/// Row of cells; the cell at index `heading` is the row header.
pub fn row(heading: usize, cells: &[TableCell<'_>]) -> Markup {
    let class = |cell: &TableCell<'_>| Some(cell.class.to_owned()).filter(|class| !class.is_empty());
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
