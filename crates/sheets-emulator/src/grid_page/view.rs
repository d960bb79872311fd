//! HTML view of the grid.

use maud::{DOCTYPE, Markup, html};

use crate::{
    a1::{self, CellPosition, OpenArea, Rectangle},
    formula::{Evaluator, with_array_results},
    grid_page::GridSelection,
    values::read,
    workbook::{
        Workbook,
        cell::{Cell, CellEntry},
        sheet::Sheet,
    },
};

/// Rows per window.
const WINDOW: u32 = 200;
/// Minimum number of displayed columns, if the tab has them, and maximum.
const COLUMNS: (u32, u32) = (12, 120);

/// Number of frozen rows.
pub fn frozen_rows(sheet: &Sheet) -> u32 {
    let grid = sheet.details.properties.get("gridProperties");
    let count = grid
        .and_then(|grid| grid.get("frozenRowCount"))
        .and_then(serde_json::Value::as_u64);
    u32::try_from(count.unwrap_or(0)).unwrap_or(0)
}

struct GridView<'a> {
    workbook: &'a Workbook,
    position: usize,
    evaluator: Evaluator<'a>,
    columns: u32,
    cell: CellPosition,
    selected: Rectangle,
}

/// Page of a spreadsheet.
pub fn page(workbook: &Workbook, place: &GridSelection) -> Markup {
    let position = place.sheet(workbook);
    let sheet = &workbook.sheets[position];
    let cell = CellPosition {
        row: place.cell().row.min(sheet.row_count - 1),
        column: place.cell().column.min(sheet.column_count - 1),
    };
    let area = a1::area(place.range.trim()).unwrap_or(OpenArea {
        start_row: Some(cell.row),
        end_row: Some(cell.row + 1),
        start_column: Some(cell.column),
        end_column: Some(cell.column + 1),
    });
    let used = sheet.rows().iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let columns = u32::try_from(used)
        .unwrap_or(0)
        .max(COLUMNS.0)
        .max(cell.column + 1)
        .min(COLUMNS.1)
        .min(sheet.column_count);
    let selected = area.within(sheet.row_count, sheet.column_count);
    let filled = with_array_results(workbook);
    let grid = GridView {
        workbook,
        position,
        evaluator: Evaluator::new(&filled),
        columns,
        cell,
        selected,
    };
    let frozen = frozen_rows(sheet);
    // Start some rows above the selected row, for context.
    let wanted = place
        .top
        .map_or_else(|| cell.row.saturating_sub(20), |top| top.saturating_sub(1));
    let top = if wanted < WINDOW / 2 && place.top.is_none() {
        frozen
    } else {
        wanted.max(frozen)
    };
    let top = top.min(sheet.row_count.saturating_sub(1));
    let bottom = (top + WINDOW).min(sheet.row_count);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                meta name="color-scheme" content="light dark";
                title { (workbook.title()) " – " (sheet.title) }
                link rel="stylesheet" href="/spreadsheets/grid.css";
                script src="/spreadsheets/grid.js" defer {}
            }
            body {
                header {
                    h1 { (workbook.title()) }
                    (tabs(workbook, position))
                    (bar(&grid))
                    (pages(&grid, top, bottom))
                }
                main tabindex="0" aria-label="Cells" { (table(&grid, (0..frozen).collect(), (top..bottom).collect())) }
            }
        }
    }
}

fn tabs(workbook: &Workbook, position: usize) -> Markup {
    html! {
        nav aria-label="Tabs" {
            @for (index, sheet) in workbook.sheets.iter().enumerate() {
                a href={ "?gid=" (sheet.id) } aria-current=[(index == position).then_some("page")] { (sheet.title) }
            }
        }
    }
}

/// Form with the selected cell and the action buttons.
fn bar(grid: &GridView<'_>) -> Markup {
    let sheet = &grid.workbook.sheets[grid.position];
    let blank = Cell::default();
    let cell = sheet.cell(grid.cell.row, grid.cell.column).unwrap_or(&blank);
    let button = |action: &str, text: &str| html! { button name="action" value=(action) { (text) } };
    html! {
        form method="post" action={ "/spreadsheets/d/" (grid.workbook.id) "/edit" } id="bar" {
            input type="hidden" name="gid" value=(sheet.id);
            label { "Cell " input name="range" value=(a1::cell_name(grid.cell.row, grid.cell.column)) size="7" autocomplete="off"; }
            label { "Value " input name="value" value=(typed(grid, grid.cell, cell)) size="50" autocomplete="off"; }
            (button("cell", "Enter"))
            (button("insert-above", "Insert row above"))
            (button("insert-below", "Insert row below"))
            (button("delete-row", "Delete row"))
            (button("sort-ascending", "Sort A → Z"))
            (button("sort-descending", "Sort Z → A"))
            (button("add-tab", "Add tab named by value"))
        }
    }
}

/// Text to type to get the entry of a cell.
fn typed(grid: &GridView<'_>, place: CellPosition, cell: &Cell) -> String {
    match &cell.entry {
        CellEntry::Formula(text) => text.to_string(),
        CellEntry::Text(text) => text.to_string(),
        _ => read::display_text(
            &grid.evaluator.cell(grid.position, place.row, place.column),
            cell,
            grid.evaluator.locale,
        ),
    }
}

fn pages(grid: &GridView<'_>, top: u32, bottom: u32) -> Markup {
    let sheet = &grid.workbook.sheets[grid.position];
    let link = |row: u32, text: &str| html! { a href={ "?gid=" (sheet.id) "&top=" (row + 1) } { (text) } };
    html! {
        p class="pages" {
            "Rows " (top + 1) "–" (bottom) " of " (sheet.row_count) ". "
            @if top > frozen_rows(sheet) { (link(0, "First")) " " (link(top.saturating_sub(WINDOW), "Earlier")) " " }
            @if bottom < sheet.row_count { (link(bottom, "Later")) " " }
            @if bottom < sheet.filled_rows() { (link(sheet.filled_rows().saturating_sub(WINDOW / 2), "Last filled")) }
        }
    }
}

fn table(grid: &GridView<'_>, frozen: Vec<u32>, rows: Vec<u32>) -> Markup {
    html! {
        table {
            thead {
                tr {
                    td .corner {}
                    @for column in 0..grid.columns { th scope="col" { (a1::column_letters(column)) } }
                }
                @for row in frozen { (line(grid, row)) }
            }
            tbody { @for row in rows { (line(grid, row)) } }
        }
    }
}

fn line(grid: &GridView<'_>, row: u32) -> Markup {
    let sheet = &grid.workbook.sheets[grid.position];
    html! {
        tr {
            th scope="row" { (row + 1) }
            @for column in 0..grid.columns { (field(grid, CellPosition { row, column }, sheet.cell(row, column))) }
        }
    }
}

fn field(grid: &GridView<'_>, place: CellPosition, cell: Option<&Cell>) -> Markup {
    let CellPosition { row, column } = place;
    let blank = Cell::default();
    let cell = cell.unwrap_or(&blank);
    let shown = read::display_text(
        &grid.evaluator.cell(grid.position, row, column),
        cell,
        grid.evaluator.locale,
    );
    let typed = typed(grid, place, cell);
    let here = Rectangle {
        top: row,
        left: column,
        bottom: row + 1,
        right: column + 1,
    };
    let selected = grid.selected.intersects(&here);
    let numeric = matches!(cell.entry, CellEntry::Number(_));
    let class = match (selected, numeric) {
        (true, true) => Some("selected number"),
        (true, false) => Some("selected"),
        (false, true) => Some("number"),
        (false, false) => None,
    };
    html! {
        td id=(a1::cell_name(row, column)) class=[class] data-typed=[(typed != shown).then_some(&typed)] { (shown) }
    }
}
