//! Feature encoding: table columns to numeric regression features.
//!
//! Means, spreads and categories are learned from the training rows only.

use std::collections::BTreeMap;

use crate::health::churn::examples::{ColumnValues, ExampleColumn};

/// Encoding of all columns, learned from training rows.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureEncoding {
    columns: Vec<ColumnEncoding>,
}

/// Encoding of one column.
#[derive(Clone, Debug, PartialEq)]
enum ColumnEncoding {
    /// One standardised feature. An empty cell counts as the mean; if the training rows had empty cells, a second
    /// feature marks it.
    Number { mean: f64, spread: f64, with_flag: bool },
    /// One-hot features for all categories but the most frequent one. An unknown category has none; an empty cell is a
    /// category of its own.
    Word { categories: Vec<Option<String>> },
}

impl FeatureEncoding {
    /// Learns the encoding from the given rows.
    pub fn learn(columns: &[ExampleColumn], rows: &[usize]) -> Self {
        let columns = columns.iter().map(|column| match &column.values {
            ColumnValues::Numbers(numbers) => number_rule(rows.iter().map(|row| numbers[*row])),
            ColumnValues::Words(words) => word_rule(rows.iter().map(|row| words[*row].as_ref())),
        });
        Self {
            columns: columns.collect(),
        }
    }

    /// Features of the given rows, in column order.
    pub fn encode(&self, columns: &[ExampleColumn], rows: &[usize]) -> Vec<Vec<f64>> {
        rows.iter().map(|row| self.encode_row(columns, *row)).collect()
    }

    fn encode_row(&self, columns: &[ExampleColumn], row: usize) -> Vec<f64> {
        let mut features = Vec::new();
        for (rule, column) in self.columns.iter().zip(columns) {
            match (rule, &column.values) {
                (
                    ColumnEncoding::Number {
                        mean,
                        spread,
                        with_flag,
                    },
                    ColumnValues::Numbers(numbers),
                ) => {
                    let number = numbers[row];
                    features.push(number.map_or(0.0, |number| (number - mean) / spread));
                    if *with_flag {
                        features.push(f64::from(number.is_none()));
                    }
                }
                (ColumnEncoding::Word { categories }, ColumnValues::Words(words)) => {
                    features.extend(categories.iter().map(|category| f64::from(*category == words[row])));
                }
                // An encoding is only used with the columns it was learned from.
                (ColumnEncoding::Number { .. }, ColumnValues::Words(_))
                | (ColumnEncoding::Word { .. }, ColumnValues::Numbers(_)) => {}
            }
        }
        features
    }
}

fn number_rule(numbers: impl Iterator<Item = Option<f64>> + Clone) -> ColumnEncoding {
    let known = numbers.clone().flatten();
    let count = known.clone().count().max(1) as f64;
    let mean = known.clone().sum::<f64>() / count;
    let variance = known.map(|number| (number - mean).powi(2)).sum::<f64>() / count;
    let spread = variance.sqrt();
    ColumnEncoding::Number {
        mean,
        spread: if spread > 0.0 { spread } else { 1.0 },
        with_flag: numbers.into_iter().any(|number| number.is_none()),
    }
}

fn word_rule<'a>(words: impl Iterator<Item = Option<&'a String>>) -> ColumnEncoding {
    let mut counts: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for word in words {
        *counts.entry(word.cloned()).or_default() += 1;
    }
    let commonest = counts
        .iter()
        .max_by_key(|(_, count)| **count)
        .map(|(word, _)| word.clone());
    let categories = counts.into_keys().filter(|word| Some(word) != commonest.as_ref());
    ColumnEncoding::Word {
        categories: categories.collect(),
    }
}
