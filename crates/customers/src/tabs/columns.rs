//! Column positions by header, resolved at compile time.

use sheets_store::schema::tab::Column;

/// Column index of a header. In a constant, an unknown header is a compile error.
pub(crate) const fn column_index(columns: &[Column], header: &str) -> usize {
    let mut index = 0;
    while index < columns.len() {
        if is_same(columns[index].header, header) {
            return index;
        }
        index += 1;
    }
    panic!("no such column")
}

const fn is_same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}
