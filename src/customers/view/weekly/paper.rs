//! Weekly report as a PDF.

use super::{
    super::{
        super::{
            amount::Currency,
            weekly::{MoverAnswer, SOURCE_TITLE, WeeklyReport},
        },
        words,
    },
    apart, change, kinds, long, share, signed,
};
use crate::{
    answer::pdf::{Card, Field, Ink, PdfError, Report, Side, Table},
    language::UNKNOWN,
};

/// Data of the report.
pub struct WeeklyPaper<'a> {
    /// JSON response with the same data.
    pub week: &'a WeeklyReport,
    /// Reporting currency.
    pub currency: Currency,
    /// Time at which the spreadsheet was read, in the configured zone.
    pub read_at: &'a jiff::Zoned,
}

impl WeeklyPaper<'_> {
    /// The PDF as bytes.
    ///
    /// # Errors
    /// See [`PdfError`].
    pub fn document(&self) -> Result<Vec<u8>, PdfError> {
        let week = self.week;
        let title = format!("Customers: week to {}", long(week.day));
        let mut report = Report::new(&title, "en")?;
        let read = self.read_at.strftime("%-d %B %Y at %H:%M");
        let since = long(week.since);
        report.paragraph(
            &format!("Data of the spreadsheet as read on {read}, compared with {since}."),
            Ink::Soft,
        );
        if let Some(apart) = apart(week) {
            report.paragraph(&apart, Ink::Soft);
        }
        report.cards(&self.cards());
        report.heading("By health");
        report.table(&self.bands());
        self.movers(&mut report, "Lost most", &week.fallen);
        self.movers(&mut report, "Gained most", &week.risen);
        self.revenue(&mut report);
        self.next(&mut report);
        report.finish(&format!("Tallyboard · {title}"))
    }

    fn cards(&self) -> [Card; 4] {
        let (week, money) = (self.week, |sum| words::money(sum, self.currency));
        let card = |title: &str, figure: String, line: String| Card {
            title: title.to_owned(),
            figure,
            lines: vec![line],
        };
        let average = week
            .avg_health_score
            .map_or_else(|| UNKNOWN.to_owned(), |mean| mean.decimal().to_string());
        [
            card(
                "Customers",
                week.customers.to_string(),
                "Those who have a score.".to_owned(),
            ),
            card(
                "MRR",
                money(week.total_mrr),
                format!("{} a year.", money(week.total_arr)),
            ),
            card(
                "MRR at risk",
                money(week.value_at_risk),
                format!(
                    "{} of MRR, weighted by the chance of losing each.",
                    words::rate(share(week))
                ),
            ),
            card("Average health", average, "Mean of the scores, 0 to 100.".to_owned()),
        ]
    }

    fn bands(&self) -> Table {
        let most = self
            .week
            .bands
            .iter()
            .map(|band| band.mrr.decimal())
            .max()
            .unwrap_or_default();
        let rows = self.week.bands.iter().map(|band| {
            vec![
                Field::Text(words::band(words::choice(band.band)).to_owned()),
                Field::Text(band.count.to_string()),
                Field::Text(change(band.change)),
                Field::Text(words::money(band.mrr, self.currency)),
                Field::Bar(words::thousandths(band.mrr.decimal(), most)),
            ]
        });
        Table {
            columns: columns(&[
                ("Health", 0.2, Side::Left),
                ("Customers", 0.12, Side::Right),
                ("In a week", 0.12, Side::Right),
                ("MRR", 0.16, Side::Right),
                ("Share of MRR", 0.4, Side::Left),
            ]),
            rows: rows.collect(),
        }
    }

    fn movers(&self, report: &mut Report, title: &str, movers: &[MoverAnswer]) {
        if movers.is_empty() {
            return;
        }
        let rows = movers.iter().map(|mover| {
            vec![
                Field::Text(mover.title.clone()),
                Field::Text(change(Some(mover.gained.into()))),
                Field::Text(mover.score.to_string()),
                Field::Text(mover.part.clone().unwrap_or_default()),
            ]
        });
        report.heading(title);
        report.table(&Table {
            columns: columns(&[
                ("Customer", 0.34, Side::Left),
                ("Points", 0.1, Side::Right),
                ("Score", 0.1, Side::Right),
                ("What moved most", 0.46, Side::Left),
            ]),
            rows: rows.collect(),
        });
    }

    fn revenue(&self, report: &mut Report) {
        report.heading("Revenue");
        let Some(revenue) = &self.week.revenue else {
            report.paragraph("No source tells of changes of revenue; ChartMogul does.", Ink::Soft);
            return;
        };
        let net = signed(revenue.net, self.currency);
        report.paragraph(
            &format!("{net} of MRR within the week, by the movements of {SOURCE_TITLE}."),
            Ink::Black,
        );
        let rows = kinds(revenue).into_iter();
        let rows = rows.map(|(name, sum)| vec![Field::Text(name.to_owned()), Field::Text(signed(sum, self.currency))]);
        report.table(&Table {
            columns: columns(&[("Change", 0.3, Side::Left), ("MRR", 0.2, Side::Right)]),
            rows: rows.collect(),
        });
    }

    fn next(&self, report: &mut Report) {
        report.heading("What to do next");
        if self.week.next.is_empty() {
            report.paragraph("Every customer who has a score is healthy.", Ink::Soft);
            return;
        }
        let rows = self.week.next.iter().map(|next| {
            vec![
                Field::Text(next.title.clone()),
                Field::Text(next.score.to_string()),
                Field::Text(words::money_in(next.mrr, next.currency.as_deref())),
                Field::Text(next.action.to_owned()),
            ]
        });
        report.table(&Table {
            columns: columns(&[
                ("Customer", 0.19, Side::Left),
                ("Score", 0.07, Side::Right),
                ("MRR", 0.12, Side::Right),
                ("Do first", 0.62, Side::Left),
            ]),
            rows: rows.collect(),
        });
    }
}

fn columns(columns: &[(&str, f32, Side)]) -> Vec<(String, f32, Side)> {
    let named = columns.iter();
    named
        .map(|(name, share, side)| ((*name).to_owned(), *share, *side))
        .collect()
}
