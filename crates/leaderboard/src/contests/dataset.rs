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
pub(crate) fn contests(rows: &TabRows, decoding: &mut DecodeContext) -> Vec<(u32, Contest)> {
    let mut known: HashSet<ContestKey> = HashSet::new();
    let mut found = Vec::new();
    for row in rows.rows() {
        let Some(contest) = contest(&row, decoding) else {
            continue;
        };
        if known.insert(contest.key()) {
            found.push((row.number, contest));
        } else {
            let reason =
                "Another contest above has this name. Give each its own: the address of its page is made of it.";
            decoding
                .findings
                .push(row.finding(contest_column::NAME, Effect::RowExcluded, reason));
        }
    }
    found
}

fn contest(row: &TabRow<'_>, decoding: &mut DecodeContext) -> Option<Contest> {
    let mut findings = Vec::new();
    let mut refuse = |column: usize, reason: String| findings.push(row.finding(column, Effect::RowExcluded, reason));
    let name = collapse_spaces(&row.cell(contest_column::NAME).text());
    if ContestKey::of(&name).is_none() {
        refuse(
            contest_column::NAME,
            "The contest has no name. Write one: the address of its page is made of it.".to_owned(),
        );
    }
    let start = day(row.cell(contest_column::START))
        .map_err(|reason| refuse(contest_column::START, reason))
        .ok();
    let end = day(row.cell(contest_column::END))
        .map_err(|reason| refuse(contest_column::END, reason))
        .ok();
    if let Some((start, end)) = start.zip(end).filter(|(start, end)| start > end) {
        refuse(
            contest_column::END,
            format!("The contest ends on {end}, before it begins on {start}. Exchange the two days."),
        );
    }
    let zone = zone(row.cell(contest_column::TIME_ZONE), &decoding.zone)
        .map_err(|reason| refuse(contest_column::TIME_ZONE, reason))
        .ok();
    let credit = CreditRule::parse(&row.cell(contest_column::CREDIT_RULE).text())
        .map_err(|unknown| refuse(contest_column::CREDIT_RULE, unknown.to_string()))
        .ok();
    let counting = CountingRule::parse(&row.cell(contest_column::COUNTING_RULE).text())
        .map_err(|unknown| refuse(contest_column::COUNTING_RULE, unknown.to_string()))
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
fn day(cell: Cell<'_>) -> Result<Date, String> {
    let moment = cell.instant(&TimeZone::UTC).map_err(|_| {
        let shown = cell.text();
        let stands = if shown.is_empty() {
            "The day is missing".to_owned()
        } else {
            format!("“{shown}” is not a day")
        };
        format!("{stands}. Write it like 2026-03-31.")
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

fn zone(cell: Cell<'_>, configured: &TimeZone) -> Result<TimeZone, String> {
    match cell.text().as_str() {
        "" => Ok(configured.clone()),
        name => TimeZone::get(name).map_err(|_| {
            format!("“{name}” is not a time zone. Write a name such as Europe/Paris or UTC, or leave the cell empty for the one of the board.")
        }),
    }
}

/// Rules that came into force, by contest, oldest first. Rows that staff made unreadable are ignored.
pub(crate) fn confirmed(rows: &TabRows) -> BTreeMap<ContestKey, Vec<RulesConfirmation>> {
    let mut found: BTreeMap<ContestKey, Vec<RulesConfirmation>> = BTreeMap::new();
    for row in rows.rows() {
        let Some(key) = ContestKey::of(&row.cell(rules_column::CONTEST).text()) else {
            continue;
        };
        let credit = CreditRule::parse(&row.cell(rules_column::CREDIT_RULE).text());
        let counting = CountingRule::parse(&row.cell(rules_column::COUNTING_RULE).text());
        if let (Some(id), Ok(credit), Ok(counting)) = (whole(row.cell(rules_column::ID)), credit, counting) {
            found.entry(key).or_default().push(RulesConfirmation {
                id,
                rules: ContestRules { credit, counting },
                since: row.cell(rules_column::SINCE).text().parse().ok(),
            });
        }
    }
    for list in found.values_mut() {
        list.sort_by_key(|confirmation| confirmation.id);
    }
    found
}

/// Frozen results. A result edited in the sheet becomes a finding and is marked as changed.
pub(crate) fn results(rows: &TabRows, decoding: &mut DecodeContext) -> BTreeMap<ContestKey, FrozenResult> {
    let mut lines: BTreeMap<ContestKey, BTreeMap<u64, (u64, TabRow<'_>)>> = BTreeMap::new();
    for row in rows.rows() {
        let key = ContestKey::of(&row.cell(result_column::CONTEST).text());
        let id = whole(row.cell(result_column::ID));
        if let Some((key, (id, line))) = key.zip(id.zip(whole(row.cell(result_column::LINE)))) {
            let known = lines.entry(key).or_default().entry(line).or_insert((id, row));
            // The first write wins.
            if id < known.0 {
                *known = (id, row);
            }
        }
    }
    let mut found = BTreeMap::new();
    for (key, lines) in lines {
        let Some((_, head)) = lines.get(&0) else { continue };
        let result = frozen(head, &lines);
        if result
            .as_ref()
            .is_none_or(|result| result.integrity == ResultIntegrity::Changed)
        {
            let reason = "This frozen result was changed in the spreadsheet. Put it back as it was: the tab audit_log has the old values.";
            decoding
                .findings
                .push(head.finding(result_column::SEAL, Effect::Counted, reason));
        }
        found.extend(result.map(|result| (key, result)));
    }
    found
}

fn frozen(head: &TabRow<'_>, lines: &BTreeMap<u64, (u64, TabRow<'_>)>) -> Option<FrozenResult> {
    let text = |column: usize| head.cell(column).text();
    let contest = Contest {
        name: text(result_column::CONTEST),
        start: day(head.cell(result_column::START)).ok()?,
        end: day(head.cell(result_column::END)).ok()?,
        zone: TimeZone::get(&text(result_column::TIME_ZONE)).ok()?,
        prize: text(result_column::PRIZE),
        rules: ContestRules {
            credit: CreditRule::parse(&text(result_column::CREDIT_RULE)).ok()?,
            counting: CountingRule::parse(&text(result_column::COUNTING_RULE)).ok()?,
        },
    };
    let wanted = whole(head.cell(result_column::LINES))?;
    let standings = lines.range(1..).take_while(|(line, _)| **line <= wanted);
    let standings: Vec<ContestStanding> = standings.filter_map(|(_, (_, row))| standing(row)).collect();
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

fn standing(row: &TabRow<'_>) -> Option<ContestStanding> {
    let small = |column: usize| whole(row.cell(column)).and_then(|number| u32::try_from(number).ok());
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
fn whole(cell: Cell<'_>) -> Option<u64> {
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
        let frozen = self::results(&results, decoding);
        Self {
            contests: self::contests(&contests, decoding),
            confirmed: confirmed(&rules),
            results: frozen,
            contest_link: contests.link().clone(),
        }
    }
}

impl ContestRows {
    /// Finds a contest by its name; ignores case, accents and spaces.
    pub fn find(&self, name: &str) -> Option<&Contest> {
        let key = ContestKey::of(name)?;
        let found = self.contests.iter().find(|(_, contest)| contest.key() == key);
        found.map(|(_, contest)| contest)
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
