//! Notes on how a file was read, and the question about ambiguous amounts.

use domain::{language::Language, money::Money};

use crate::{
    import::{
        mapping::field::ImportField,
        plan::{
            lines::{ParsedLine, ParsedLines},
            options::{EmptyCells, ImportOptions},
            refusal_reason::RefusalReason,
        },
    },
    text::amount::{AmountPrecision, DecimalMark, ParsedAmount},
};

/// Information for the person about how the file was read; not a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportNote {
    /// Amounts with more than two decimals, rounded to cents.
    Rounded {
        /// Number of lines.
        lines: usize,
        /// First such line.
        first: usize,
    },
    /// Probability and weighted value are computed from status and amount; the file's values are ignored.
    Computed,
    /// The ids in the file are not those of the tab; new deals get their own ids.
    ForeignIds,
    /// Empty cells keep existing values.
    EmptyCellsKeep,
}

impl ImportNote {
    /// Note in a full sentence.
    pub fn text(&self, language: Language) -> String {
        match (language, self) {
            (Language::French, Self::Rounded { lines, first }) => format!(
                "Montants à plus de deux décimales, arrondis au centime : {lines} (le premier à la ligne {first})."
            ),
            (Language::English, Self::Rounded { lines, first }) => {
                format!("Amounts with more than two decimals, rounded to cents: {lines} (the first on line {first}).")
            }
            (Language::French, Self::Computed) => {
                "Probabilité et valeur pondérée suivent le statut et le montant ; celles du fichier ne sont pas reprises."
                    .to_owned()
            }
            (Language::English, Self::Computed) => {
                "Likelihood and weighted value follow from status and amount; those in the file are not taken.".to_owned()
            }
            (Language::French, Self::ForeignIds) => {
                "Les id du fichier ne servent pas à retrouver les affaires ; les nouvelles reçoivent leur propre id."
                    .to_owned()
            }
            (Language::English, Self::ForeignIds) => {
                "The ids in the file are not used to find deals; new deals get ids of their own.".to_owned()
            }
            (Language::French, Self::EmptyCellsKeep) => "Une cellule vide laisse la valeur existante.".to_owned(),
            (Language::English, Self::EmptyCellsKeep) => "An empty cell leaves the existing value.".to_owned(),
        }
    }
}

/// Question about the decimal mark of amounts such as `12.500`, asked once per file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountQuestion {
    /// Number of lines with an ambiguous amount.
    pub lines: usize,
    /// First ambiguous amounts, at most three.
    pub examples: Vec<AmountExample>,
    /// Decimal mark of most other amounts in the file; `None` if they do not decide it.
    pub suggested: Option<DecimalMark>,
}

/// Ambiguous amount with both of its readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountExample {
    /// Line number in the file.
    pub line: usize,
    /// Amount as written in the file.
    pub written: String,
    /// Value with [`DecimalMark::Comma`].
    pub with_comma: Money,
    /// Value with [`DecimalMark::Point`].
    pub with_point: Money,
}

pub(crate) fn question(lines: &ParsedLines) -> Option<AmountQuestion> {
    let (mut commas, mut points, mut ambiguous) = (0_usize, 0_usize, 0_usize);
    let mut examples = Vec::new();
    for line in &lines.lines {
        let Some((amount, written)) = &line.amount else {
            continue;
        };
        match amount {
            ParsedAmount::Clear(reading) => match reading.proves {
                Some(DecimalMark::Comma) => commas += 1,
                Some(DecimalMark::Point) => points += 1,
                None => {}
            },
            ParsedAmount::Ambiguous { .. } => {
                ambiguous += 1;
                if examples.len() < 3 {
                    examples.push(example(line, *amount, written));
                }
            }
        }
    }
    (ambiguous > 0).then(|| AmountQuestion {
        lines: ambiguous,
        examples,
        suggested: match commas.cmp(&points) {
            std::cmp::Ordering::Greater => Some(DecimalMark::Comma),
            std::cmp::Ordering::Less => Some(DecimalMark::Point),
            std::cmp::Ordering::Equal => None,
        },
    })
}

fn example(line: &ParsedLine, amount: ParsedAmount, written: &str) -> AmountExample {
    let money = |mark| {
        amount
            .resolve(Some(mark))
            .map(|reading| reading.money)
            .unwrap_or_default()
    };
    AmountExample {
        line: line.number,
        written: written.to_owned(),
        with_comma: money(DecimalMark::Comma),
        with_point: money(DecimalMark::Point),
    }
}

pub(crate) fn ambiguous(amount: ParsedAmount) -> RefusalReason {
    match amount {
        ParsedAmount::Clear(reading) => RefusalReason::AmbiguousAmount {
            thousands: reading.money,
            decimal: reading.money,
        },
        ParsedAmount::Ambiguous { thousands, decimal, .. } => RefusalReason::AmbiguousAmount {
            thousands: thousands.money,
            decimal: decimal.money,
        },
    }
}

pub(crate) fn notes(lines: &ParsedLines, choices: &ImportOptions) -> Vec<ImportNote> {
    let mut notes = Vec::new();
    let rounded: Vec<usize> = lines
        .lines
        .iter()
        .filter(|line| is_rounded(line, choices))
        .map(|line| line.number)
        .collect();
    if let Some(first) = rounded.first() {
        notes.push(ImportNote::Rounded {
            lines: rounded.len(),
            first: *first,
        });
    }
    if lines.has_computed {
        notes.push(ImportNote::Computed);
    }
    if lines.mapped.contains(&ImportField::Id) && !choices.key.has_id() {
        notes.push(ImportNote::ForeignIds);
    }
    if choices.empty_cells == EmptyCells::Keep {
        notes.push(ImportNote::EmptyCellsKeep);
    }
    notes
}

/// Whether the amount of a line is rounded to cents.
fn is_rounded(line: &ParsedLine, choices: &ImportOptions) -> bool {
    line.amount
        .as_ref()
        .and_then(|(amount, _)| amount.resolve(choices.decimal_mark))
        .is_some_and(|reading| reading.precision == AmountPrecision::Rounded)
}
