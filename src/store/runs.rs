//! Row ranges that are read together.

/// Joins rows into at most `most` ranges: the nearest ones are joined, and the rows in between are read as well.
pub(super) fn runs(mut rows: Vec<usize>, most: usize) -> Vec<(usize, usize)> {
    rows.sort_unstable();
    rows.dedup();
    let mut gaps: Vec<(usize, usize)> = rows
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[1] > pair[0] + 1)
        .map(|(index, pair)| (pair[1] - pair[0], index))
        .collect();
    gaps.sort_unstable_by(|left, right| right.cmp(left));
    let mut ends: Vec<usize> = gaps.iter().take(most.max(1) - 1).map(|(_, index)| *index).collect();
    ends.sort_unstable();
    ends.extend(rows.len().checked_sub(1));
    let mut first = 0;
    let mut runs = Vec::new();
    for last in ends {
        runs.push((rows[first], rows[last]));
        first = last + 1;
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows_that_stand_together_are_read_together() {
        assert_eq!(runs(vec![], 3), []);
        assert_eq!(runs(vec![5], 3), [(5, 5)]);
        assert_eq!(runs(vec![7, 3, 4, 4, 9], 3), [(3, 4), (7, 7), (9, 9)]);
        assert_eq!(runs(vec![3, 4, 7, 9, 100], 2), [(3, 9), (100, 100)]);
    }

    proptest! {
        #[test]
        fn every_wanted_row_lies_in_one_of_the_few_runs(
            rows in prop::collection::vec(1_usize..500, 0..80),
            most in 1_usize..10,
        ) {
            let runs = runs(rows.clone(), most);
            prop_assert!(runs.len() <= most);
            for row in rows {
                let around = runs.iter().filter(|(first, last)| (*first..=*last).contains(&row)).count();
                prop_assert_eq!(around, 1);
            }
        }
    }
}
