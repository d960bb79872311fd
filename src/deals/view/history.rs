//! History of a deal, newest first.

use jiff::{Timestamp, Zoned};
use maud::{Markup, html};

use super::{
    super::{
        log::{Action, LogLine},
        rows::{DEALS, PROBABILITY, WEIGHTED},
    },
    words,
};
use crate::language::Language;

/// Audit entries of one action.
#[derive(Clone, Debug)]
pub struct Event {
    /// Time.
    pub at: Timestamp,
    /// Author, as named in the audit log.
    pub by: String,
    /// Kind of the action.
    pub action: Action,
    /// Changed cells, if the action changed cells.
    pub cells: Vec<LogLine>,
}

impl Event {
    /// Groups the entries of a deal, earliest first, into events, newest first.
    pub fn of(lines: Vec<LogLine>) -> Vec<Self> {
        let mut events: Vec<Self> = Vec::new();
        for line in lines {
            match events.last_mut() {
                Some(event) if (event.at, event.action, &event.by) == (line.at, line.action, &line.by) => {
                    event.cells.push(line);
                }
                _ => events.push(Self {
                    at: line.at,
                    by: line.by.clone(),
                    action: line.action,
                    cells: vec![line],
                }),
            }
        }
        events.reverse();
        events
    }
}

/// List of events.
pub fn history(events: &[Event], now: &Zoned, language: Language) -> Markup {
    html! {
        section #history {
            h2 { (language.choose("Historique", "History")) }
            @if events.is_empty() {
                p .hint { (language.choose(
                    "Aucun changement n’est connu : la ligne a été saisie avant le journal.",
                    "No change is known: the row is older than the log.",
                )) }
            } @else {
                ol .history {
                    @for event in events {
                        li {
                            p { strong { (deed(event, language)) } " " span .hint {
                                time datetime=(event.at) { (words::moment(event.at, now, language)) } " · " (words::author(&event.by, language))
                            } }
                            @let told = event.cells.iter().filter(|line| is_told(line, event)).collect::<Vec<_>>();
                            @if !told.is_empty() { ul { @for line in told { li { (cell(line, language)) } } } }
                        }
                    }
                }
            }
        }
    }
}

fn deed(event: &Event, language: Language) -> &'static str {
    let (french, english) = match event.action {
        Action::Created => ("Créée", "Created"),
        Action::Added => ("Ajoutée dans le tableur", "Added in the spreadsheet"),
        Action::Restored => ("Rétablie", "Restored"),
        Action::Changed => ("Modifiée", "Changed"),
        Action::Deleted => ("Supprimée", "Deleted"),
        Action::PutRight => ("Remise en place", "Put right"),
    };
    language.choose(french, english)
}

/// Hides derived cells (probability, weighted value), and the cells of rows that were added or deleted.
fn is_told(line: &LogLine, event: &Event) -> bool {
    let derived = line
        .column()
        .is_some_and(|column| matches!(column, PROBABILITY | WEIGHTED));
    let alone = event.cells.iter().all(|line| {
        line.column()
            .is_some_and(|column| matches!(column, PROBABILITY | WEIGHTED))
    });
    !matches!(event.action, Action::Deleted | Action::Added) && !line.header.is_empty() && (!derived || alone)
}

fn cell(line: &LogLine, language: Language) -> Markup {
    let known = DEALS.columns.iter().position(|column| column.header == line.header);
    let header = known.map_or(line.header.as_str(), |column| words::column(column, language));
    html! {
        (header) (language.choose("\u{a0}: ", ": "))
        del { (words::content(&line.header, &line.old, language)) }
        " → "
        ins { (words::content(&line.header, &line.new, language)) }
    }
}
