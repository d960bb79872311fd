//! Page with the sales figures by assignee.

use domain::{
    language::{Language, UNKNOWN_VALUE},
    period::Period,
};
use maud::{Markup, html};
use web::page::{
    Frame, Page,
    field::date_field,
    table::{cell, number, row, table, text},
};

use crate::{
    list::filter::{DealFilter, NOT_GIVEN_VALUE},
    routes::PERFORMANCE,
    sales::{
        figures,
        performance::{PerformanceLine, SalesPerformance},
    },
};

/// Performance page.
pub struct PerformancePage<'a> {
    /// Language of the page.
    pub language: Language,
    /// Filter; its dates are the period.
    pub filter: &'a DealFilter,
    /// Preceding period; `None` when the period is open-ended.
    pub before: Option<Period>,
    /// Number of deals hidden by the period because they have no due date.
    pub hidden_undated: usize,
    /// All assignees together.
    pub total: &'a PerformanceLine,
    /// Assignees in display order.
    pub lines: &'a [PerformanceLine],
}

/// One figure of a line.
struct FigureColumn {
    french: &'static str,
    english: &'static str,
    of: fn(Language, &SalesPerformance) -> String,
}

const FIGURES: [FigureColumn; 8] = [
    FigureColumn {
        french: "Affaires",
        english: "Deals",
        of: |language, line| whole(language, line.deals),
    },
    FigureColumn {
        french: "Montant",
        english: "Amount",
        of: |language, line| language.money(line.amount),
    },
    FigureColumn {
        french: "Pondéré",
        english: "Weighted",
        of: |language, line| language.money(line.weighted),
    },
    FigureColumn {
        french: "Gagnées",
        english: "Won",
        of: |language, line| whole(language, line.won),
    },
    FigureColumn {
        french: "Montant gagné",
        english: "Won amount",
        of: |language, line| language.money(line.won_amount),
    },
    FigureColumn {
        french: "Conversion",
        english: "Conversion",
        of: |language, line| figures::ratio_text(language, line.conversion_rate),
    },
    FigureColumn {
        french: "Panier moyen",
        english: "Average basket",
        of: |language, line| figures::money_text(language, line.average_basket),
    },
    FigureColumn {
        french: "Cycle moyen",
        english: "Average cycle",
        of: |language, line| figures::days_text(language, line.cycle.average_days),
    },
];

impl PerformancePage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame, address: &str) -> String {
        let title = self.language.choose("Performance commerciale", "Sales performance");
        let main = html! {
            h1 { (title) }
            (self.period_form())
            div .paper { (figures::filter_line(self.language, &self.period_alone(), PERFORMANCE)) }
            (figures::filter_line(self.language, &self.others(), PERFORMANCE))
            (self.undated())
            @if self.lines.is_empty() {
                p .nothing { (self.language.choose("Aucune affaire dans cette période.", "No deals in this period.")) }
            } @else {
                section aria-labelledby="by-assignee" {
                    div .heading {
                        h2 #by-assignee { (self.language.choose("Par commercial", "By assignee")) }
                        (self.downloads())
                    }
                    div .performance .cards { (self.table()) }
                    p .hint {
                        (self.language.choose(
                            "Conversion : affaires gagnées ÷ toutes les affaires. Cycle : de la création au passage à Gagné dans l’historique ; un tiret veut dire que rien ne permet de le mesurer encore.",
                            "Conversion: won deals ÷ all deals. Cycle: from creation to the change to Gagné in the history, a day at least; a dash means that nothing tells it yet.",
                        ))
                    }
                }
            }
        };
        frame.document(Page {
            title,
            address,
            scripts: &[],
            main,
        })
    }

    /// Filter with the period only, shown on paper: form fields are not printed.
    fn period_alone(&self) -> DealFilter {
        DealFilter {
            due: self.filter.due,
            ..DealFilter::default()
        }
    }

    /// Filter without the period, which has its own fields.
    fn others(&self) -> DealFilter {
        DealFilter {
            due: Period::default(),
            ..self.filter.clone()
        }
    }

    fn period_form(&self) -> Markup {
        let language = self.language;
        let others = self.others();
        html! {
            form .period method="get" action=(PERFORMANCE) {
                (figures::hidden_filter_fields(&others))
                div .dates {
                    (date_field("from", language.choose("Échéance du", "Due from"), self.filter.due.from))
                    (date_field("to", language.choose("au", "to"), self.filter.due.to))
                    button .quiet type="submit" { (language.choose("Afficher", "Show")) }
                }
            }
            @if let Some(Period { from: Some(from), to: Some(to) }) = self.before {
                p .hint {
                    (language.choose("Sous chaque chiffre, la période précédente : ", "Below each figure the period before: "))
                    (language.date(from)) " – " (language.date(to)) "."
                }
            } @else {
                p .hint {
                    (language.choose(
                        "Choisissez les deux dates pour comparer avec la période précédente.",
                        "Choose both days to compare with the period before.",
                    ))
                }
            }
        }
    }

    fn undated(&self) -> Markup {
        html! {
            @if self.hidden_undated > 0 {
                p .hint {
                    (figures::deal_count_text(self.language, self.hidden_undated))
                    (self.language.choose(" sans échéance : hors de la période.", " without a due date: outside the period."))
                }
            }
        }
    }

    fn downloads(&self) -> Markup {
        html! {
            p .downloads {
                @for (format, label) in [("csv", "CSV"), ("xlsx", "Excel"), ("json", "JSON")] {
                    a href=(figures::address_with_filter(PERFORMANCE, self.filter, &format!("format={format}"))) { (label) } " "
                }
            }
        }
    }

    fn table(&self) -> Markup {
        let language = self.language;
        let mut columns = vec![text(language.choose("Commercial", "Assignee"))];
        columns.extend(
            FIGURES
                .iter()
                .map(|shown| number(language.choose(shown.french, shown.english))),
        );
        let mut rows: Vec<Markup> = self.lines.iter().map(|line| self.row(line, self.name(line))).collect();
        rows.push(self.row(self.total, html! { strong { (language.choose("Tous", "All")) } }));
        table(
            language.choose("Chiffres par commercial", "Figures by assignee"),
            &columns,
            &rows,
        )
    }

    fn name(&self, line: &PerformanceLine) -> Markup {
        let nobody = self.language.choose("Non renseigné", "Not given");
        let value = line.assignee.as_deref().unwrap_or(NOT_GIVEN_VALUE);
        let assignee = serde_urlencoded::to_string([("assignee", value)]).unwrap_or_default();
        let others = DealFilter {
            assignees: Vec::new(),
            ..self.filter.clone()
        };
        let list = figures::address_with_filter(crate::routes::LIST, &others, &assignee);
        html! { a href=(list) { (line.assignee.as_deref().unwrap_or(nobody)) } }
    }

    fn row(&self, line: &PerformanceLine, name: Markup) -> Markup {
        let language = self.language;
        let mut cells = vec![cell("name", name)];
        for shown in &FIGURES {
            let content = html! {
                span .card-label { (language.choose(shown.french, shown.english)) " " }
                span { ((shown.of)(language, &line.now)) }
                @if self.before.is_some() {
                    " " span .before {
                        span .unseen { (language.choose("avant : ", "before: ")) }
                        (line.before.as_ref().map_or_else(|| UNKNOWN_VALUE.to_owned(), |before| (shown.of)(language, before)))
                    }
                }
            };
            cells.push(cell("number", content));
        }
        row(0, &cells)
    }
}

fn whole(language: Language, count: usize) -> String {
    language.whole(u64::try_from(count).unwrap_or(u64::MAX))
}
