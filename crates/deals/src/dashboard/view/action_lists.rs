//! Action lists of the dashboard: overdue, due and stale deals.

use domain::language::{Language, Noun};
use maud::{Markup, html};

use crate::{
    dashboard::{
        overview::{DashboardOverview, ListPreview},
        response::{DueDealResponse, StaleDealResponse},
    },
    deal::response::DealResponse,
    list::{filter::DealFilter, listing::DealQuery, segment::DealSegment},
    routes::{deal_address, list_address, snooze_address},
    text::labels::stage_label,
};

/// Lists of deals that need action.
pub struct ActionLists<'a> {
    /// Dashboard values.
    pub overview: &'a DashboardOverview,
    /// Filter of the dashboard.
    pub filter: &'a DealFilter,
    /// Language of the page.
    pub language: Language,
}

impl ActionLists<'_> {
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
                    (self.due(DealSegment::Overdue, &due.overdue))
                    (self.due(DealSegment::Today, &due.today))
                    (self.due(DealSegment::Upcoming, &due.upcoming))
                    (self.cold(DealSegment::Cold, &self.overview.cold))
                    (self.cold(DealSegment::Snoozed, &self.overview.snoozed))
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

    fn due(&self, subset: DealSegment, list: &ListPreview<DueDealResponse>) -> Markup {
        let late = subset == DealSegment::Overdue;
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

    fn cold(&self, subset: DealSegment, list: &ListPreview<StaleDealResponse>) -> Markup {
        self.list(subset, list, |line| {
            html! {
                (self.deal(&line.deal))
                p .line-detail {
                    @match &line.pause {
                        Some(snooze) => {
                            (self.language.choose("en pause jusqu’au ", "set aside up to ")) time datetime=(snooze.until) { (self.language.date(snooze.until)) }
                            @if !snooze.reason.is_empty() { " · " bdi { (snooze.reason) } }
                        }
                        None => { (self.untouched(line)) }
                    }
                    (self.whose(&line.deal))
                }
                @if let Some(id) = line.deal.id {
                    p .line-detail { a href=(snooze_address(id)) { (self.snooze_words(line)) span .unseen { " : " (line.deal.client) } } }
                }
            }
        })
    }

    fn untouched(&self, line: &StaleDealResponse) -> String {
        let days = self.language.count(line.days_without_change.into(), Noun::DAY);
        self.language.choose(
            format!("aucun changement depuis {days}"),
            format!("no change for {days}"),
        )
    }

    fn snooze_words(&self, line: &StaleDealResponse) -> &'static str {
        match line.pause {
            Some(_) => self.language.choose("Modifier la pause", "Change the pause"),
            None => self.language.choose("Mettre en pause jusqu’au…", "Set aside until…"),
        }
    }

    fn list<Line>(&self, subset: DealSegment, list: &ListPreview<Line>, line: impl Fn(&Line) -> Markup) -> Markup {
        let language = self.language;
        let title = crate::text::labels::segment_label(subset, language);
        let all = list_address(self.filter, Some(subset));
        html! {
            @if list.count > 0 {
                article .todo .urgent[subset == DealSegment::Overdue] {
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

    fn deal(&self, deal: &DealResponse) -> Markup {
        let amount = self.language.money(deal.montant_brut);
        html! {
            p .line-head {
                (client_link(deal, &self.query()))
                " " a .figure href=(deal.link) title=(self.language.choose("Voir la ligne du tableur", "See the row in the spreadsheet")) { (amount) }
            }
        }
    }

    fn whose(&self, deal: &DealResponse) -> Markup {
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
        let unknown_age_count = language.count(self.overview.unknown_age_count as u64, Noun::DEAL);
        html! {
            ul .rest {
                @if due.later > 0 {
                    li { a href=(list_address(self.filter, Some(DealSegment::Later))) {
                        (language.choose(format!("{later} à échéance plus lointaine"), format!("{later} due later")))
                    } }
                }
                @if due.undated > 0 {
                    li { a href=(list_address(&self.open(), Some(DealSegment::Undated))) {
                        (language.choose(format!("{undated} en cours sans échéance"), format!("{undated} open without a due date")))
                    } }
                }
                @if self.overview.unknown_age_count > 0 {
                    li { a href=(list_address(self.filter, Some(DealSegment::UnknownAge))) {
                        (language.choose(format!("{unknown_age_count} dont le dernier changement est inconnu"), format!("{unknown_age_count} whose last change is unknown")))
                    } }
                }
            }
        }
    }

    /// Query of the deal links: the neighbours of a deal are those that match the filter.
    fn query(&self) -> DealQuery {
        DealQuery {
            filter: self.filter.clone(),
            ..DealQuery::default()
        }
    }

    fn open(&self) -> DealFilter {
        self.filter.clone().open()
    }
}

/// Client name, linked to the deal.
pub(crate) fn client_link(deal: &DealResponse, query: &DealQuery) -> Markup {
    html! {
        @match deal.id {
            Some(id) => a .client href=(deal_address(id, query)) { bdi { (deal.client) } },
            None => span .client { bdi { (deal.client) } },
        }
    }
}
