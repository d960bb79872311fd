//! Action lists of the dashboard: overdue, due and stale deals.

use maud::{Markup, html};

use super::{
    super::{
        answers::{ColdAnswer, DealAnswer, DueAnswer},
        filter::DealFilter,
        listing::ListQuestion,
        overview::{First, Overview},
        subset::Subset,
    },
    address::{deal_address, list_address, pause_address},
    stage_label,
};
use crate::language::{Language, Noun};

/// Lists of deals that need action.
pub struct Action<'a> {
    /// Dashboard values.
    pub overview: &'a Overview,
    /// Filter of the dashboard.
    pub filter: &'a DealFilter,
    /// Language of the page.
    pub language: Language,
}

impl Action<'_> {
    /// The lists, most urgent first.
    pub fn markup(&self) -> Markup {
        let due = &self.overview.due;
        let title = self.language.choose("À traiter aujourd’hui", "What needs action today");
        html! {
            section .today aria-labelledby="today" {
                h2 #today { (title) }
                @if self.is_quiet() {
                    p .lead { (self.language.choose(
                        "Rien ne presse : aucune affaire en retard, à échéance proche ou froide.",
                        "Nothing is pressing: no deal is late, due soon or cold.",
                    )) }
                }
                div .lists {
                    (self.due(Subset::Overdue, &due.overdue))
                    (self.due(Subset::Today, &due.today))
                    (self.due(Subset::Upcoming, &due.upcoming))
                    (self.cold(Subset::Cold, &self.overview.cold))
                    (self.cold(Subset::Paused, &self.overview.paused))
                }
                (self.rest())
            }
        }
    }

    fn is_quiet(&self) -> bool {
        let due = &self.overview.due;
        [
            due.overdue.count,
            due.today.count,
            due.upcoming.count,
            self.overview.cold.count,
        ] == [0; 4]
    }

    fn due(&self, subset: Subset, list: &First<DueAnswer>) -> Markup {
        let late = subset == Subset::Overdue;
        self.list(subset, list, |line| {
            html! {
                (self.deal(&line.deal))
                p .line-detail {
                    @if let Some(due) = line.deal.date_echeance {
                        span .late[late] { (self.language.due(due, self.overview.today)) }
                        " · " time datetime=(due) { (self.language.date(due)) }
                    }
                    (self.whose(&line.deal))
                }
            }
        })
    }

    fn cold(&self, subset: Subset, list: &First<ColdAnswer>) -> Markup {
        self.list(subset, list, |line| {
            html! {
                (self.deal(&line.deal))
                p .line-detail {
                    @match &line.pause {
                        Some(pause) => {
                            (self.language.choose("en pause jusqu’au ", "set aside up to ")) time datetime=(pause.until) { (self.language.date(pause.until)) }
                            @if !pause.reason.is_empty() { " · " bdi { (pause.reason) } }
                        }
                        None => { (self.untouched(line)) }
                    }
                    (self.whose(&line.deal))
                }
                @if let Some(id) = line.deal.id {
                    p .line-detail { a href=(pause_address(id)) { (self.pause_words(line)) span .unseen { " : " (line.deal.client) } } }
                }
            }
        })
    }

    fn untouched(&self, line: &ColdAnswer) -> String {
        let days = self.language.count(line.days_without_change.into(), Noun::DAY);
        self.language.choose(
            format!("aucun changement depuis {days}"),
            format!("no change for {days}"),
        )
    }

    fn pause_words(&self, line: &ColdAnswer) -> &'static str {
        match line.pause {
            Some(_) => self.language.choose("Modifier la pause", "Change the pause"),
            None => self.language.choose("Mettre en pause jusqu’au…", "Set aside until…"),
        }
    }

    fn list<Line>(&self, subset: Subset, list: &First<Line>, line: impl Fn(&Line) -> Markup) -> Markup {
        let language = self.language;
        let title = super::subset_label(subset, language);
        let all = list_address(self.filter, Some(subset));
        html! {
            @if list.count > 0 {
                article .todo .urgent[subset == Subset::Overdue] {
                    h3 { (title) " " a href=(all) { (language.count(list.count as u64, Noun::DEAL)) } }
                    p .hint { (language.money(list.amount)) }
                    ol { @for shown in &list.lines { li { (line(shown)) } } }
                    @if list.count > list.lines.len() {
                        p { a href=(all) { (language.choose("Tout voir", "See all")) span .unseen { " : " (title) } } }
                    }
                }
            }
        }
    }

    fn deal(&self, deal: &DealAnswer) -> Markup {
        let amount = self.language.money(deal.montant_brut);
        html! {
            p .line-head {
                (client(deal, &self.question()))
                " " a .figure href=(deal.link) title=(self.language.choose("Voir la ligne du tableur", "See the row in the spreadsheet")) { (amount) }
            }
        }
    }

    fn whose(&self, deal: &DealAnswer) -> Markup {
        html! {
            " · " (stage_label(deal.statut, self.language))
            @if let Some(assignee) = &deal.assignee { " · " bdi { (assignee) } }
        }
    }

    /// Links to the deals that the lists above leave out.
    fn rest(&self) -> Markup {
        let language = self.language;
        let due = &self.overview.due;
        let later = language.count(due.later as u64, Noun::DEAL);
        let undated = language.count(due.undated as u64, Noun::DEAL);
        let untold = language.count(self.overview.untold as u64, Noun::DEAL);
        html! {
            ul .rest {
                @if due.later > 0 {
                    li { a href=(list_address(self.filter, Some(Subset::Later))) {
                        (language.choose(format!("{later} à échéance plus lointaine"), format!("{later} due later")))
                    } }
                }
                @if due.undated > 0 {
                    li { a href=(list_address(&self.open(), Some(Subset::Undated))) {
                        (language.choose(format!("{undated} en cours sans échéance"), format!("{undated} open without a due date")))
                    } }
                }
                @if self.overview.untold > 0 {
                    li { a href=(list_address(self.filter, Some(Subset::Untold))) {
                        (language.choose(format!("{untold} dont le dernier changement est inconnu"), format!("{untold} whose last change is unknown")))
                    } }
                }
            }
        }
    }

    /// Query of the deal links: the neighbours of a deal are those that match the filter.
    fn question(&self) -> ListQuestion {
        ListQuestion {
            filter: self.filter.clone(),
            ..ListQuestion::default()
        }
    }

    fn open(&self) -> DealFilter {
        self.filter.clone().open()
    }
}

/// Client name, linked to the deal.
pub(super) fn client(deal: &DealAnswer, question: &ListQuestion) -> Markup {
    html! {
        @match deal.id {
            Some(id) => a .client href=(deal_address(id, question)) { bdi { (deal.client) } },
            None => span .client { bdi { (deal.client) } },
        }
    }
}
