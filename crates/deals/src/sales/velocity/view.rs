//! Sales velocity page.

use domain::{language::Language, money::Money};
use jiff::civil::Date;
use maud::{Markup, html};
use rust_decimal::Decimal;
use web::page::{
    Frame, Page,
    column_chart::{ChartColumn, columns},
    notice::notice,
    table::{cell, number, row, table, text},
};

use crate::{
    list::filter::DealFilter,
    routes::VELOCITY,
    sales::{
        figures,
        velocity::{GroupVelocity, SalesVelocity, StageTime, response::VelocityResponse},
    },
};

/// Maximum number of months in the chart; the table lists all of them.
const MONTHS_DRAWN: usize = 24;

/// Sales velocity page.
pub struct VelocityPage<'a> {
    /// Language of the page.
    pub language: Language,
    /// Filter.
    pub filter: &'a DealFilter,
    /// Figures.
    pub answer: &'a VelocityResponse,
    /// Date of the first recorded stage change.
    pub history_since: Option<Date>,
}

impl VelocityPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame, address: &str) -> String {
        let title = self.language.choose("Vélocité commerciale", "Sales velocity");
        let main = html! {
            h1 { (title) }
            p .hint {
                (self.language.choose(
                    "Affaires × panier moyen × taux de conversion ÷ durée du cycle, de la création au passage à Gagné : ce qu’un jour de vente rapporte.",
                    "Deals × average basket × conversion rate ÷ cycle length, from creation to Gagné (a day at least): what a day of selling brings.",
                ))
            }
            (figures::filter_line(self.language, self.filter, VELOCITY))
            (self.now())
            (self.missing())
            (self.months())
            (self.groups("assignees", self.language.choose("Par commercial", "By assignee"), self.language.choose("Commercial", "Assignee"), &self.answer.assignees))
            (self.groups("sectors", self.language.choose("Par secteur", "By sector"), self.language.choose("Secteur", "Sector"), &self.answer.sectors))
            (self.stages())
        };
        frame.document(Page {
            title,
            address,
            scripts: &[],
            main,
        })
    }

    fn now(&self) -> Markup {
        let (language, velocity) = (self.language, &self.answer.velocity);
        html! {
            dl .facts .velocity-facts {
                div { dt { (language.choose("Vélocité, par jour", "Velocity, a day")) } dd .then { (figures::money_text(language, velocity.euros_a_day)) } }
                div { dt { (language.choose("Affaires", "Deals")) } dd { (whole(language, velocity.deals)) } }
                div { dt { (language.choose("Panier moyen", "Average basket")) } dd { (figures::money_text(language, velocity.average_basket)) } }
                div { dt { (language.choose("Taux de conversion", "Conversion rate")) } dd { (figures::ratio_text(language, velocity.win_rate)) } }
                div { dt { (language.choose("Durée du cycle", "Cycle length")) } dd { (figures::days_text(language, velocity.cycle.average_days)) } }
            }
        }
    }

    fn missing(&self) -> Markup {
        let since = match self.history_since {
            Some(since) => {
                let day = self.language.date(since);
                self.language.choose(
                    format!("L’historique des statuts commence le {day}."),
                    format!("The history of statuses begins on {day}."),
                )
            }
            None => self
                .language
                .choose(
                    "L’historique est encore vide : il s’écrit à chaque changement de statut, ici ou dans le tableur.",
                    "The history is still empty: each change of a status writes it, here or in the spreadsheet.",
                )
                .to_owned(),
        };
        if self.answer.gaps.is_empty() && self.history_since.is_some() {
            return html! { p .hint { (since) } };
        }
        notice(&html! {
            p { strong { (self.language.choose("Ce qui manque", "What is missing")) } }
            @for gap in &self.answer.gaps { p { (gap) } }
            p { (since) }
        })
    }

    fn months(&self) -> Markup {
        let language = self.language;
        let months = &self.answer.months;
        if months.is_empty() {
            return html! {};
        }
        let drawn = &months[months.len().saturating_sub(MONTHS_DRAWN)..];
        let highest = drawn
            .iter()
            .filter_map(|month| month.velocity.euros_a_day)
            .max()
            .unwrap_or_default();
        let bars: Vec<ChartColumn> = drawn
            .iter()
            .map(|month| ChartColumn {
                label: month.month.strftime("%m/%y").to_string(),
                thousandths: month.velocity.euros_a_day.map(|amount| thousandths(amount, highest)),
            })
            .collect();
        let rows: Vec<Markup> = months
            .iter()
            .rev()
            .map(|month| self.row(html! { (language.month(month.month)) }, &month.velocity))
            .collect();
        html! {
            section aria-labelledby="months" {
                h2 #months { (language.choose("Dans le temps", "Over time")) }
                p .hint {
                    (language.choose(
                        "Par mois de création. Les mois récents montent encore, tant que leurs affaires se concluent.",
                        "By month of creation. Recent months still grow while their deals are being won.",
                    ))
                }
                @if highest.is_positive() { (columns(&bars)) }
                div .cards { (table(language.choose("Vélocité par mois", "Velocity by month"), &self.columns(language.choose("Mois", "Month")), &rows)) }
            }
        }
    }

    fn groups(&self, id: &str, name: &str, column: &str, groups: &[GroupVelocity]) -> Markup {
        let nobody = self.language.choose("Non renseigné", "Not given");
        let rows: Vec<Markup> = groups
            .iter()
            .map(|group| self.row(html! { (group.name.as_deref().unwrap_or(nobody)) }, &group.velocity))
            .collect();
        html! {
            @if !groups.is_empty() {
                section aria-labelledby=(id) {
                    h2 id=(id) { (name) }
                    div .cards { (table(name, &self.columns(column), &rows)) }
                }
            }
        }
    }

    fn labels(&self) -> [&'static str; 5] {
        match self.language {
            Language::French => ["Affaires", "Panier moyen", "Conversion", "Cycle", "Par jour"],
            Language::English => ["Deals", "Average basket", "Conversion", "Cycle", "A day"],
        }
    }

    fn columns<'a>(&self, first: &'a str) -> Vec<web::page::table::TableColumn<'a>> {
        [text(first)].into_iter().chain(self.labels().map(number)).collect()
    }

    fn row(&self, name: Markup, velocity: &SalesVelocity) -> Markup {
        let language = self.language;
        let figures = [
            whole(language, velocity.deals),
            figures::money_text(language, velocity.average_basket),
            figures::ratio_text(language, velocity.win_rate),
            figures::days_text(language, velocity.cycle.average_days),
            figures::money_text(language, velocity.euros_a_day),
        ];
        labelled(name, &self.labels(), &figures)
    }

    fn stages(&self) -> Markup {
        let language = self.language;
        let labels = match language {
            Language::French => ["Temps moyen", "Séjours finis", "En cours"],
            Language::English => ["Average time", "Stays that are over", "Running"],
        };
        let first = language.choose("Statut", "Status");
        let columns: Vec<web::page::table::TableColumn<'_>> =
            [text(first)].into_iter().chain(labels.map(number)).collect();
        let stage = |time: &StageTime| {
            let figures = [
                figures::days_text(language, time.average_days),
                whole(language, time.over),
                whole(language, time.running),
            ];
            labelled(html! { (time.status) }, &labels, &figures)
        };
        let rows: Vec<Markup> = self.answer.stages.iter().map(stage).collect();
        let name = language.choose("Temps par statut", "Time in each status");
        html! {
            section aria-labelledby="stages" {
                h2 #stages { (name) }
                p .hint {
                    (language.choose(
                        "Moyenne de tous les séjours dont le début et la fin sont connus ; ceux en cours comptent jusqu’à maintenant.",
                        "Average of all stays whose beginning and end are known; those that last count up to now.",
                    ))
                }
                div .cards { (table(name, &columns, &rows)) }
            }
        }
    }
}

/// Row whose cells carry their labels, for narrow screens without a header row.
fn labelled(name: Markup, labels: &[&str], figures: &[String]) -> Markup {
    let figures = labels.iter().zip(figures);
    let figures =
        figures.map(|(label, shown)| cell("number", html! { span .card-label { (label) " " } span { (shown) } }));
    let cells: Vec<_> = [cell("name", name)].into_iter().chain(figures).collect();
    row(0, &cells)
}

fn thousandths(amount: Money, highest: Money) -> u32 {
    if !highest.is_positive() {
        return 0;
    }
    let part = amount.euros() * Decimal::ONE_THOUSAND / highest.euros();
    u32::try_from(part.round()).unwrap_or(0)
}

fn whole(language: Language, count: usize) -> String {
    language.whole(u64::try_from(count).unwrap_or(u64::MAX))
}
