//! Table of the mixed load.

use std::collections::BTreeMap;

use crate::{
    mixed::{
        ledger::{Answers, Ledger},
        roles::Kind,
    },
    program::{Program, megabytes},
    table::Line,
};

/// Most that memory may have grown at the end, as a part of what it was.
const MOST_GROWTH: f64 = 1.2;

/// Memory and open files of the program at one moment.
#[derive(Clone, Copy)]
pub struct Memory {
    resident: u64,
    open_files: usize,
}

impl Memory {
    pub fn of(program: &Program) -> Self {
        Self {
            resident: program.resident().now,
            open_files: program.open_files(),
        }
    }

    pub fn highest(self, other: Self) -> Self {
        Self {
            resident: self.resident.max(other.resident),
            open_files: self.open_files.max(other.open_files),
        }
    }
}

/// Everything that was measured.
pub struct Measured<'a> {
    pub seconds: u64,
    pub connections: usize,
    pub ledger: &'a Ledger,
    /// After the warm-up and a rest.
    pub before: Memory,
    /// Highest values of the load.
    pub peak: Memory,
    /// After the load and a rest.
    pub after: Memory,
    /// Acknowledged rows that a new process does not show.
    pub missing: Vec<String>,
}

pub fn lines(measured: &Measured<'_>) -> Vec<Line> {
    let answers = measured.ledger.answers();
    let mut lines = vec![total(measured, &answers)];
    lines.extend(answers.iter().map(|(kind, answers)| of_kind(*kind, answers)));
    lines.push(rows(measured));
    lines.extend([memory(measured), files(measured)]);
    for answers in answers.values() {
        if let Some(failure) = &answers.first_failure {
            eprintln!("mixed: {failure}");
        }
    }
    for missing in measured.missing.iter().take(20) {
        eprintln!("mixed: missing {missing}");
    }
    lines
}

fn total(measured: &Measured<'_>, answers: &BTreeMap<Kind, Answers>) -> Line {
    let count = |is_meant: fn(u16) -> bool| -> usize {
        let statuses = answers.values().flat_map(|answers| &answers.statuses);
        statuses
            .filter(|(status, _)| is_meant(**status))
            .map(|(_, count)| count)
            .sum()
    };
    let failed = count(|status| status >= 500);
    let unanswered = count(|status| status == 0);
    Line {
        what: format!(
            "mixed load: {} s, {} connections",
            measured.seconds, measured.connections
        ),
        figure: "0 × 5xx, all answered",
        measured: format!(
            "{} requests, {failed} × 5xx, {unanswered} not answered, {} × 4xx, of these {} × 429",
            count(|_| true),
            count(|status| (400..500).contains(&status)),
            count(|status| status == 429),
        ),
        floor: String::new(),
        ratio: None,
        reached: Some(failed + unanswered == 0),
    }
}

fn of_kind(kind: Kind, answers: &Answers) -> Line {
    let mut seconds = answers.seconds.clone();
    seconds.sort_by(f64::total_cmp);
    let statuses: Vec<String> = answers
        .statuses
        .iter()
        .map(|(status, count)| format!("{count} × {status}"))
        .collect();
    let statuses = statuses.join(", ");
    let measured = match kind {
        // A stream lasts as long as the load.
        Kind::Stream => statuses,
        _ => format!(
            "p50 {:.1} ms, p99 {:.0} ms, longest {:.0} ms; {statuses}",
            percentile(&seconds, 50) * 1e3,
            percentile(&seconds, 99) * 1e3,
            percentile(&seconds, 100) * 1e3,
        ),
    };
    Line {
        what: format!("mixed load: {}", kind.name()),
        figure: "",
        measured,
        floor: String::new(),
        ratio: None,
        reached: None,
    }
}

/// Smallest of the sorted values that `percent` of them do not exceed.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

fn rows(measured: &Measured<'_>) -> Line {
    let promised = measured.ledger.promised();
    Line {
        what: "mixed load: acknowledged rows in the CSV files of a new process".to_owned(),
        figure: "all, once each",
        measured: format!("{} of {promised}", promised - measured.missing.len()),
        floor: String::new(),
        ratio: None,
        reached: Some(measured.missing.is_empty()),
    }
}

fn memory(measured: &Measured<'_>) -> Line {
    let before = megabytes(measured.before.resident);
    let after = megabytes(measured.after.resident);
    Line {
        what: "mixed load: resident memory, 30 s after the end".to_owned(),
        figure: "≤ 1.2 × before",
        measured: format!("{after:.1} MB (highest {:.1})", megabytes(measured.peak.resident)),
        floor: format!("{before:.1} MB before"),
        ratio: Some(after / before),
        reached: Some(after <= before * MOST_GROWTH),
    }
}

fn files(measured: &Measured<'_>) -> Line {
    Line {
        what: "mixed load: open files, 30 s after the end".to_owned(),
        figure: "≤ before",
        measured: format!("{} (highest {})", measured.after.open_files, measured.peak.open_files),
        floor: format!("{} before", measured.before.open_files),
        ratio: None,
        reached: Some(measured.after.open_files <= measured.before.open_files),
    }
}
