//! Removal of deleted rows from the tab index.

use super::{Tail, hint};

impl Tail {
    /// Removes rows by ascending row number; returns false if the last row is no longer known.
    pub(super) fn remove(&mut self, numbers: &[usize]) -> bool {
        let numbers: Vec<u32> = numbers.iter().map(|number| hint(*number)).collect();
        let above = |row: u32| numbers.partition_point(|number| *number < row);
        self.rows.retain(|_, row| numbers.binary_search(row).is_err());
        for row in self.rows.values_mut() {
            *row -= hint(above(*row));
        }
        let took_the_last = numbers.last().is_some_and(|number| *number >= hint(self.last_row));
        self.last_row = self.last_row.saturating_sub(numbers.len()).max(1);
        self.grid_rows = self.grid_rows.saturating_sub(numbers.len());
        if took_the_last {
            let last = hint(self.last_row);
            let mut rows = self.rows.iter();
            self.last_id = rows.find_map(|(id, row)| (*row == last).then_some(*id));
        }
        // Neither staff's rows without ids nor the header are in the map.
        !took_the_last || self.last_id.is_some()
    }
}
