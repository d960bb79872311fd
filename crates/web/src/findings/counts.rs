//! Counts of data issues for the navigation: the last known number of each board.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// Last known number of issues by board.
#[derive(Debug, Default)]
pub struct FindingCounts(Mutex<BTreeMap<&'static str, u32>>);

impl FindingCounts {
    /// Sets the number of `board` and returns the sum of all boards.
    pub fn record(&self, board: &'static str, count: u32) -> u32 {
        let mut by_board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        by_board.insert(board, count);
        sum(&by_board)
    }

    /// Sum of all boards that have been read.
    pub fn all(&self) -> u32 {
        sum(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn sum(by_board: &BTreeMap<&'static str, u32>) -> u32 {
    by_board.values().copied().fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_board_counts_once_with_its_latest_number() {
        let tally = FindingCounts::default();
        assert_eq!(tally.record("leaderboard", 3), 3);
        assert_eq!(tally.record("deals", 2), 5);
        assert_eq!(tally.record("leaderboard", 0), 2);
        assert_eq!(tally.all(), 2);
    }
}
