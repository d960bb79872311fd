//! Pages of one deal: the deal with its history, and the page of a deleted deal.

use domain::language::{Language, UNKNOWN_VALUE};
use jiff::{Timestamp, Zoned};
use maud::{Markup, html};
use web::page::{Frame, Page};

use crate::{
    assets,
    deal::{
        audit_log::{AuditAction, DealAuditEntry},
        columns::{AMOUNT, ASSIGNEE, CREATED_AT, DEALS, DUE, NOTES, PROBABILITY, SECTOR, UPDATED_AT, WEIGHTED},
        response::DealResponse,
        stage::DealStage,
    },
    editing::{
        actions::view::{DealSnoozeForm, status_form},
        notice::ActionNotice,
    },
    text::labels,
};

/// Page of a deal.
#[derive(Clone, Debug)]
pub struct DealPage {
    /// The deal.
    pub deal: DealResponse,
    /// Id of the deal.
    pub id: u64,
    /// Notice of the last action.
    pub notice: Option<ActionNotice>,
    /// Snooze, or the form for one.
    pub snooze: DealSnoozeForm,
    /// History, newest first; `None` when the log cannot be read.
    pub events: Option<Vec<HistoryEvent>>,
    /// Position in the filtered list.
    pub place: DealPosition,
    /// Stages offered.
    pub stages: Vec<DealStage>,
    /// Filter, as a query string with its question mark; empty without one.
    pub query: String,
    /// Current time in the configured time zone.
    pub now: Zoned,
}

/// Position of a deal in the filtered list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DealPosition {
    /// Position from 1; `None` when the filter excludes it.
    pub number: Option<usize>,
    /// Number of deals in the list.
    pub of: usize,
    /// Id of the previous deal.
    pub previous: Option<u64>,
    /// Id of the next deal.
    pub next: Option<u64>,
}

impl DealPage {
    /// Path and query of the page, without the notice.
    pub fn address(&self) -> String {
        format!("/deals/{}{}", self.id, self.query)
    }

    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let language = frame.language;
        let main = html! {
            div .deal {
                (self.neighbours(language))
                @if let Some(notice) = &self.notice { (notice.markup(&self.address(), language)) }
                header .heading {
                    h1 { bdi { (self.deal.client) } }
                    p .hint { (language.choose("Affaire n°\u{a0}", "Deal no. ")) (self.id) " · " a href=(self.deal.link) {
                        (language.choose("ligne ", "row ")) (self.deal.row) (language.choose(" du tableur", " of the spreadsheet"))
                    } }
                }
                (status_form(self.id, self.deal.statut, &self.stages, &self.address(), language))
                (self.facts(language))
                p .ways {
                    a .action href={ "/deals/" (self.id) "/edit" (self.query) } { (language.choose("Modifier", "Edit")) }
                    a .quiet href={ "/deals/" (self.id) "/delete" (self.query) } { (language.choose("Supprimer", "Delete")) }
                }
                (self.snooze.markup(self.id, &self.query, language))
                @match &self.events {
                    Some(events) => { (history_list(events, &self.now, language)) }
                    None => p .hint { (language.choose("L’historique ne peut pas être lu pour le moment.", "The history cannot be read at the moment.")) }
                }
            }
        };
        frame.document(Page {
            title: &self.deal.client,
            address: &self.address(),
            scripts: &[&assets::FORM_SCRIPT],
            main,
        })
    }

    fn neighbours(&self, language: Language) -> Markup {
        let link = |id: u64| format!("/deals/{id}{}", self.query);
        let whole = |count: usize| language.whole(u64::try_from(count).unwrap_or(u64::MAX));
        html! {
            nav .pager aria-label=(language.choose("Affaires voisines", "Neighbouring deals")) {
                a href={ "/deals/list" (self.query) } { (language.choose("Liste", "List")) }
                @if let Some(id) = self.place.previous { a rel="prev" href=(link(id)) { "←\u{a0}" (language.choose("Précédente", "Previous")) } }
                @if let Some(number) = self.place.number { span .hint { (whole(number)) "\u{a0}/\u{a0}" (whole(self.place.of)) } }
                @if let Some(id) = self.place.next { a rel="next" href=(link(id)) { (language.choose("Suivante", "Next")) "\u{a0}→" } }
            }
        }
    }

    fn facts(&self, language: Language) -> Markup {
        let deal = &self.deal;
        let today = self.now.date();
        let due = deal.date_echeance.map(|due| {
            let distance = deal
                .statut
                .is_open()
                .then(|| format!(" ({})", language.due(due, today)));
            format!("{}{}", language.date(due), distance.unwrap_or_default())
        });
        let moment = |at| labels::date_time(at, &self.now, language);
        let facts = [
            (AMOUNT, Some(language.money(deal.montant_brut))),
            (PROBABILITY, Some(language.percent(deal.probabilite))),
            (WEIGHTED, Some(language.money(deal.valeur_ponderee))),
            (DUE, due),
            (SECTOR, deal.secteur.as_deref().map(str::to_owned)),
            (ASSIGNEE, deal.assignee.as_deref().map(str::to_owned)),
            (CREATED_AT, deal.created_at.map(moment)),
            (UPDATED_AT, deal.updated_at.map(moment)),
        ];
        html! {
            dl .facts {
                @for (column, value) in facts {
                    div {
                        dt { (labels::column_label(column, language)) }
                        dd { bdi { (value.as_deref().unwrap_or(UNKNOWN_VALUE)) } }
                    }
                }
                @if !deal.notes.is_empty() {
                    div .notes {
                        dt { (labels::column_label(NOTES, language)) }
                        dd { bdi { (deal.notes) } }
                    }
                }
            }
        }
    }
}

/// Page at the address of a deleted deal.
#[derive(Clone, Debug)]
pub struct DeletedDealPage {
    /// Id of the deal.
    pub id: u64,
    /// Notice of the last action.
    pub notice: Option<ActionNotice>,
    /// History, newest first.
    pub events: Vec<HistoryEvent>,
    /// Address of the form for a new deal with the same values; `None` when they are unknown.
    pub recreate_address: Option<String>,
    /// Filter, as in [`DealPage`].
    pub query: String,
    /// Current time in the configured time zone.
    pub now: Zoned,
}

impl DeletedDealPage {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let language = frame.language;
        let address = format!("/deals/{}{}", self.id, self.query);
        let title = language.choose("Cette affaire n’existe plus", "This deal is gone");
        let main = html! {
            div .deal {
                @if let Some(notice) = &self.notice { (notice.markup(&address, language)) }
                h1 { (title) }
                p { (language.choose("L’affaire n°\u{a0}", "Deal no. ")) (self.id) (language.choose(" n’est plus dans le tableur.", " is no longer in the spreadsheet.")) }
                p .ways {
                    @if let Some(create) = &self.recreate_address {
                        a .action href=(create) { (language.choose("La créer à nouveau", "Create it anew")) }
                    }
                    a .quiet href={ "/deals/list" (self.query) } { (language.choose("Liste des affaires", "List of deals")) }
                }
                (history_list(&self.events, &self.now, language))
            }
        };
        frame.document(Page {
            title,
            address: &address,
            scripts: &[&assets::FORM_SCRIPT],
            main,
        })
    }
}

/// Audit entries of one action.
#[derive(Clone, Debug)]
pub struct HistoryEvent {
    /// Time.
    pub at: Timestamp,
    /// Author, as named in the audit log.
    pub by: String,
    /// Kind of the action.
    pub action: AuditAction,
    /// Changed cells, if the action changed cells.
    pub cells: Vec<DealAuditEntry>,
}

impl HistoryEvent {
    /// Groups the entries of a deal, earliest first, into events, newest first.
    pub fn of(lines: Vec<DealAuditEntry>) -> Vec<Self> {
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
pub fn history_list(events: &[HistoryEvent], now: &Zoned, language: Language) -> Markup {
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
                            p { strong { (event_label(event, language)) } " " span .hint {
                                time datetime=(event.at) { (labels::date_time(event.at, now, language)) } " · " (labels::author_label(&event.by, language))
                            } }
                            @let listed = event.cells.iter().filter(|line| is_listed(line, event)).collect::<Vec<_>>();
                            @if !listed.is_empty() { ul { @for line in listed { li { (cell_change(line, language)) } } } }
                        }
                    }
                }
            }
        }
    }
}

fn event_label(event: &HistoryEvent, language: Language) -> &'static str {
    let (french, english) = match event.action {
        AuditAction::Created => ("Créée", "Created"),
        AuditAction::Added => ("Ajoutée dans le tableur", "Added in the spreadsheet"),
        AuditAction::Restored => ("Rétablie", "Restored"),
        AuditAction::Changed => ("Modifiée", "Changed"),
        AuditAction::Deleted => ("Supprimée", "Deleted"),
        AuditAction::PutRight => ("Remise en place", "Put right"),
    };
    language.choose(french, english)
}

/// Hides derived cells (probability, weighted value), and the cells of rows that were added or deleted.
fn is_listed(line: &DealAuditEntry, event: &HistoryEvent) -> bool {
    let derived = line
        .column()
        .is_some_and(|column| matches!(column, PROBABILITY | WEIGHTED));
    let alone = event.cells.iter().all(|line| {
        line.column()
            .is_some_and(|column| matches!(column, PROBABILITY | WEIGHTED))
    });
    !matches!(event.action, AuditAction::Deleted | AuditAction::Added) && !line.header.is_empty() && (!derived || alone)
}

fn cell_change(line: &DealAuditEntry, language: Language) -> Markup {
    let known = DEALS.columns.iter().position(|column| column.header == line.header);
    let header = known.map_or(line.header.as_str(), |column| labels::column_label(column, language));
    html! {
        (header) (language.choose("\u{a0}: ", ": "))
        del { (labels::cell_label(&line.header, &line.old, language)) }
        " → "
        ins { (labels::cell_label(&line.header, &line.new, language)) }
    }
}
