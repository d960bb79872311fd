//! Rows of the contest tabs: cells become values; unreadable cells become findings.

use std::collections::{BTreeMap, HashSet};

use domain::normalize::collapse_spaces;
use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use sheets_store::{
    Cell, TabRow,
    finding::Effect,
    read::dataset::{Dataset, DecodeContext, TabLink, TabRows},
    schema::tab::Tab,
};

use crate::contests::{
    contest::{Contest, ContestKey},
    points::ContestPoints,
    result::{FrozenResult, ResultIntegrity},
    rows::{CONTEST_RESULTS, CONTEST_RULES, CONTESTS, RulesConfirmation, contest_column, result_column, rules_column},
    rules::{ContestRules, CountingRule, CreditRule},
    scoring::ContestStanding,
};

/// Readable contests; a second one of the same name is ignored.
fn decode_contests(rows: &TabRows, decoding: &mut DecodeContext) -> Vec<(u32, Contest)> {
    let mut known: HashSet<ContestKey> = HashSet::new();
    let mut decoded = Vec::new();
    for row in rows.rows() {
        let Some(contest) = decode_contest(&row, decoding) else {
            continue;
        };
        if known.insert(contest.key()) {
            decoded.push((row.number, contest));
        } else {
            let reason =
                "Another contest above has this name. Give each its own: the address of its page is made of it.";
            decoding
                .findings
                .push(row.finding(contest_column::NAME, Effect::RowExcluded, reason));
        }
    }
    decoded
}

fn decode_contest(row: &TabRow<'_>, decoding: &mut DecodeContext) -> Option<Contest> {
    let mut findings = Vec::new();
    let mut report = |column: usize, reason: String| findings.push(row.finding(column, Effect::RowExcluded, reason));
    let name = collapse_spaces(&row.cell(contest_column::NAME).text());
    if ContestKey::of(&name).is_none() {
        report(
            contest_column::NAME,
            "The contest has no name. Write one: the address of its page is made of it.".to_owned(),
        );
    }
    let start = parse_day(row.cell(contest_column::START))
        .map_err(|reason| report(contest_column::START, reason))
        .ok();
    let end = parse_day(row.cell(contest_column::END))
        .map_err(|reason| report(contest_column::END, reason))
        .ok();
    if let Some((start, end)) = start.zip(end).filter(|(start, end)| start > end) {
        report(
            contest_column::END,
            format!("The contest ends on {end}, before it begins on {start}. Exchange the two days."),
        );
    }
    let zone = parse_zone(row.cell(contest_column::TIME_ZONE), &decoding.zone)
        .map_err(|reason| report(contest_column::TIME_ZONE, reason))
        .ok();
    let credit = CreditRule::parse(&row.cell(contest_column::CREDIT_RULE).text())
        .map_err(|unknown| report(contest_column::CREDIT_RULE, unknown.to_string()))
        .ok();
    let counting = CountingRule::parse(&row.cell(contest_column::COUNTING_RULE).text())
        .map_err(|unknown| report(contest_column::COUNTING_RULE, unknown.to_string()))
        .ok();
    let is_readable = findings.is_empty();
    decoding.findings.extend(findings);
    let ((start, end), (zone, (credit, counting))) = start.zip(end).zip(zone.zip(credit.zip(counting)))?;
    is_readable.then(|| Contest {
        name,
        start,
        end,
        zone,
        prize: collapse_spaces(&row.cell(contest_column::PRIZE).text()),
        rules: ContestRules { credit, counting },
    })
}

/// A date without a time: the first day starts at its first instant, the last day ends at its last.
fn parse_day(cell: Cell<'_>) -> Result<Date, String> {
    let moment = cell.instant(&TimeZone::UTC).map_err(|_| {
        let text = cell.text();
        let problem = if text.is_empty() {
            "The day is missing".to_owned()
        } else {
            format!("“{text}” is not a day")
        };
        format!("{problem}. Write it like 2026-03-31.")
    })?;
    let moment = moment.to_zoned(TimeZone::UTC).datetime();
    if moment.time() != Time::midnight() {
        return Err(format!(
            "A contest begins and ends with a whole day. Write {} without a time of day.",
            moment.date()
        ));
    }
    Ok(moment.date())
}

fn parse_zone(cell: Cell<'_>, configured: &TimeZone) -> Result<TimeZone, String> {
    match cell.text().as_str() {
        "" => Ok(configured.clone()),
        name => TimeZone::get(name).map_err(|_| {
            format!("“{name}” is not a time zone. Write a name such as Europe/Paris or UTC, or leave the cell empty for the one of the board.")
        }),
    }
}

/// Rules that came into force, by contest, oldest first. Rows that staff made unreadable are ignored.
fn decode_confirmations(rows: &TabRows) -> BTreeMap<ContestKey, Vec<RulesConfirmation>> {
    let mut decoded: BTreeMap<ContestKey, Vec<RulesConfirmation>> = BTreeMap::new();
    for row in rows.rows() {
        let Some(key) = ContestKey::of(&row.cell(rules_column::CONTEST).text()) else {
            continue;
        };
        let credit = CreditRule::parse(&row.cell(rules_column::CREDIT_RULE).text());
        let counting = CountingRule::parse(&row.cell(rules_column::COUNTING_RULE).text());
        if let (Some(id), Ok(credit), Ok(counting)) = (parse_integer(row.cell(rules_column::ID)), credit, counting) {
            decoded.entry(key).or_default().push(RulesConfirmation {
                id,
                rules: ContestRules { credit, counting },
                since: row.cell(rules_column::SINCE).text().parse().ok(),
            });
        }
    }
    for list in decoded.values_mut() {
        list.sort_by_key(|confirmation| confirmation.id);
    }
    decoded
}

/// A row of `contest_results`; several rows of one line number can only come from concurrent writers.
struct ResultLine<'a> {
    id: u64,
    row: TabRow<'a>,
}

/// Frozen results. A result edited in the sheet becomes a finding and is marked as changed.
fn decode_results(rows: &TabRows, decoding: &mut DecodeContext) -> BTreeMap<ContestKey, FrozenResult> {
    let mut lines: BTreeMap<ContestKey, BTreeMap<u64, ResultLine<'_>>> = BTreeMap::new();
    for row in rows.rows() {
        let key = ContestKey::of(&row.cell(result_column::CONTEST).text());
        let id = parse_integer(row.cell(result_column::ID));
        if let Some((key, (id, line))) = key.zip(id.zip(parse_integer(row.cell(result_column::LINE)))) {
            let known = lines
                .entry(key)
                .or_default()
                .entry(line)
                .or_insert(ResultLine { id, row });
            // The first write wins.
            if id < known.id {
                *known = ResultLine { id, row };
            }
        }
    }
    let mut decoded = BTreeMap::new();
    for (key, lines) in lines {
        let Some(ResultLine { row: head, .. }) = lines.get(&0) else {
            continue;
        };
        let result = decode_result(head, &lines);
        if result
            .as_ref()
            .is_none_or(|result| result.integrity == ResultIntegrity::Changed)
        {
            let reason = "This frozen result was changed in the spreadsheet. Put it back as it was: the tab audit_log has the old values.";
            decoding
                .findings
                .push(head.finding(result_column::SEAL, Effect::Counted, reason));
        }
        decoded.extend(result.map(|result| (key, result)));
    }
    decoded
}

fn decode_result(head: &TabRow<'_>, lines: &BTreeMap<u64, ResultLine<'_>>) -> Option<FrozenResult> {
    let text = |column: usize| head.cell(column).text();
    let contest = Contest {
        name: text(result_column::CONTEST),
        start: parse_day(head.cell(result_column::START)).ok()?,
        end: parse_day(head.cell(result_column::END)).ok()?,
        zone: TimeZone::get(&text(result_column::TIME_ZONE)).ok()?,
        prize: text(result_column::PRIZE),
        rules: ContestRules {
            credit: CreditRule::parse(&text(result_column::CREDIT_RULE)).ok()?,
            counting: CountingRule::parse(&text(result_column::COUNTING_RULE)).ok()?,
        },
    };
    let line_count = parse_integer(head.cell(result_column::LINES))?;
    let standings = lines.range(1..).take_while(|(line, _)| **line <= line_count);
    let standings: Vec<ContestStanding> = standings.filter_map(|(_, line)| decode_standing(&line.row)).collect();
    let mut result = FrozenResult {
        contest,
        frozen_at: text(result_column::FROZEN_AT).parse().ok()?,
        standings,
        integrity: ResultIntegrity::Whole,
    };
    if result.seal() != text(result_column::SEAL) {
        result.integrity = ResultIntegrity::Changed;
    }
    Some(result)
}

fn decode_standing(row: &TabRow<'_>) -> Option<ContestStanding> {
    let small = |column: usize| parse_integer(row.cell(column)).and_then(|number| u32::try_from(number).ok());
    let reached = row.cell(result_column::REACHED_AT).text();
    Some(ContestStanding {
        rank: small(result_column::RANK)?,
        csm: row.cell(result_column::CSM).text(),
        points: ContestPoints::parse(&row.cell(result_column::POINTS).text())?,
        integrations: small(result_column::INTEGRATIONS)?,
        companies: small(result_column::COMPANIES)?,
        reached_at: reached.parse::<Timestamp>().ok(),
    })
}

/// A non-negative integer.
fn parse_integer(cell: Cell<'_>) -> Option<u64> {
    match cell {
        Cell::Number(_) | Cell::Text(_) => cell.text().parse().ok(),
        Cell::Empty | Cell::Bool(_) => None,
    }
}

/// Contests, rules in force and frozen results.
#[derive(Debug)]
pub struct ContestRows {
    /// Readable contests in sheet order, each with its row number.
    pub contests: Vec<(u32, Contest)>,
    /// Rules in force of each contest that has started, oldest first.
    pub confirmed: BTreeMap<ContestKey, Vec<RulesConfirmation>>,
    /// Frozen results.
    pub results: BTreeMap<ContestKey, FrozenResult>,
    /// Addresses of the cells of `contests`.
    pub contest_link: TabLink,
}

impl Dataset for ContestRows {
    const TABS: &'static [&'static Tab] = &[&CONTESTS, &CONTEST_RULES, &CONTEST_RESULTS];

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let [contests, rules, results] =
            <[TabRows; 3]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        let frozen = decode_results(&results, decoding);
        Self {
            contests: decode_contests(&contests, decoding),
            confirmed: decode_confirmations(&rules),
            results: frozen,
            contest_link: contests.link().clone(),
        }
    }
}

impl ContestRows {
    /// Finds a contest by its name; ignores case, accents and spaces.
    pub fn find(&self, name: &str) -> Option<&Contest> {
        let key = ContestKey::of(name)?;
        let decoded = self.contests.iter().find(|(_, contest)| contest.key() == key);
        decoded.map(|(_, contest)| contest)
    }

    /// Frozen result of the contest with this name.
    pub fn result(&self, name: &str) -> Option<&FrozenResult> {
        self.results.get(&ContestKey::of(name)?)
    }

    /// Rules in force: the last confirmed ones; before the start, those in the row.
    pub fn rules_in_force(&self, contest: &Contest) -> ContestRules {
        let confirmed = self.confirmed.get(&contest.key()).and_then(|list| list.last());
        confirmed.map_or(contest.rules, |confirmed| confirmed.rules)
    }

    /// Number of times that rules of a contest came into force.
    pub fn confirmations(&self, contest: &Contest) -> usize {
        self.confirmed.get(&contest.key()).map_or(0, Vec::len)
    }
}
