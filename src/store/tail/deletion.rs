//! What is known of a tab once rows of it are gone.

use super::{Tail, hint};

impl Tail {
    /// Takes rows out, given by ascending number; false when it is not known any more which row is the last one.
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
        // Staff's rows without ids are not among the rows, nor is the header.
        !took_the_last || self.last_id.is_some()
    }
}
