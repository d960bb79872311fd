//! One deal with everything about it, and what became of one that is gone.

use jiff::Zoned;
use maud::{Markup, html};

use super::{
    super::{
        answers::DealAnswer,
        rows::{AMOUNT, ASSIGNEE, CREATED_AT, DUE, NOTES, PROBABILITY, SECTOR, UPDATED_AT, WEIGHTED},
        stage::Stage,
    },
    history::{Event, history},
    notice::Notice,
    pause::PauseForm,
    status::status_form,
    words,
};
use crate::{
    language::{Language, UNKNOWN},
    page::{Asset, Frame, Page},
};

/// Everything the page of a deal shows.
#[derive(Clone, Debug)]
pub struct DealPage {
    /// The deal.
    pub deal: DealAnswer,
    /// Its number.
    pub id: u64,
    /// What was just done to it.
    pub notice: Option<Notice>,
    /// The pause, or the form for one.
    pub pause: PauseForm,
    /// What happened to it, the latest first; `None` when the log cannot be read.
    pub events: Option<Vec<Event>>,
    /// Its place among the deals that the filters let through.
    pub place: Place,
    /// Stages on offer.
    pub stages: Vec<Stage>,
    /// The filters, as the query of an address with its question mark; empty without any.
    pub query: String,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

/// Where a deal stands among those that the filters let through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// From 1; `None` when the filters leave it out.
    pub number: Option<usize>,
    /// How many there are.
    pub of: usize,
    /// The deal before it.
    pub previous: Option<u64>,
    /// The deal after it.
    pub next: Option<u64>,
}

impl DealPage {
    /// Path and query of the page, without what was just done.
    pub fn address(&self) -> String {
        format!("/deals/{}{}", self.id, self.query)
    }

    /// The whole document.
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
                (status_form(self.id, self.deal.statut, (&self.stages, &self.address()), language))
                (self.facts(language))
                p .ways {
                    a .action href={ "/deals/" (self.id) "/edit" (self.query) } { (language.choose("Modifier", "Edit")) }
                    a .quiet href={ "/deals/" (self.id) "/delete" (self.query) } { (language.choose("Supprimer", "Delete")) }
                }
                (self.pause.markup(self.id, &self.query, language))
                @match &self.events {
                    Some(events) => { (history(events, &self.now, language)) }
                    None => p .hint { (language.choose("L’historique ne peut pas être lu pour le moment.", "The history cannot be read at the moment.")) }
                }
            }
        };
        frame.document(Page {
            title: &self.deal.client,
            address: &self.address(),
            scripts: &[Asset::DealFormScript],
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
        let moment = |at| words::moment(at, &self.now, language);
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
                        dt { (words::column(column, language)) }
                        dd { bdi { (value.as_deref().unwrap_or(UNKNOWN)) } }
                    }
                }
                @if !deal.notes.is_empty() {
                    div .notes {
                        dt { (words::column(NOTES, language)) }
                        dd { bdi { (deal.notes) } }
                    }
                }
            }
        }
    }
}

/// The page at the address of a deal that is not in the sheet any more.
#[derive(Clone, Debug)]
pub struct GonePage {
    /// Its number.
    pub id: u64,
    /// What was just done to it.
    pub notice: Option<Notice>,
    /// What happened to it, the latest first.
    pub events: Vec<Event>,
    /// Where its values can be taken into the form of a new deal; `None` when they are not known.
    pub create_anew: Option<String>,
    /// The filters, as in [`DealPage`].
    pub query: String,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

impl GonePage {
    /// The whole document.
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
                    @if let Some(create) = &self.create_anew {
                        a .action href=(create) { (language.choose("La créer à nouveau", "Create it anew")) }
                    }
                    a .quiet href={ "/deals/list" (self.query) } { (language.choose("Liste des affaires", "List of deals")) }
                }
                (history(&self.events, &self.now, language))
            }
        };
        frame.document(Page {
            title,
            address: &address,
            scripts: &[Asset::DealFormScript],
            main,
        })
    }
}
