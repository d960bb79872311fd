//! Weekly report as a PDF.

use customer_sources::amount::Currency;
use domain::language::UNKNOWN_VALUE;
use web::response::pdf::{PdfAlignment, PdfCard, PdfCell, PdfColor, PdfError, PdfReport, PdfTable};

use crate::{
    reports::weekly::{
        format::{at_risk_share, excluded_note, long_date, movement_kinds, signed_change, signed_money},
        report::{MOVEMENT_SOURCE_TITLE, MoverResponse, WeeklyReport},
    },
    ui::format,
};

/// Data of the report.
pub struct WeeklyPdf<'a> {
    /// JSON response with the same data.
    pub week: &'a WeeklyReport,
    /// Reporting currency.
    pub currency: Currency,
    /// Time at which the spreadsheet was read, in the configured zone.
    pub read_at: &'a jiff::Zoned,
}

impl WeeklyPdf<'_> {
    /// The PDF as bytes.
    ///
    /// # Errors
    /// See [`PdfError`].
    pub fn document(&self) -> Result<Vec<u8>, PdfError> {
        let week = self.week;
        let title = format!("Customers: week to {}", long_date(week.day));
        let mut report = PdfReport::new(&title, "en")?;
        let read = self.read_at.strftime("%-d %B %Y at %H:%M");
        let since = long_date(week.since);
        report.paragraph(
            &format!("Data of the spreadsheet as read on {read}, compared with {since}."),
            PdfColor::Soft,
        );
        if let Some(apart) = excluded_note(week) {
            report.paragraph(&apart, PdfColor::Soft);
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

    fn cards(&self) -> [PdfCard; 4] {
        let (week, money) = (self.week, |sum| format::money(sum, self.currency));
        let card = |title: &str, figure: String, line: String| PdfCard {
            title: title.to_owned(),
            figure,
            lines: vec![line],
        };
        let average = week
            .avg_health_score
            .map_or_else(|| UNKNOWN_VALUE.to_owned(), |mean| mean.decimal().to_string());
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
                    format::rate(at_risk_share(week))
                ),
            ),
            card("Average health", average, "Mean of the scores, 0 to 100.".to_owned()),
        ]
    }

    fn bands(&self) -> PdfTable {
        let most = self
            .week
            .bands
            .iter()
            .map(|band| band.mrr.decimal())
            .max()
            .unwrap_or_default();
        let rows = self.week.bands.iter().map(|band| {
            vec![
                PdfCell::Text(format::band_label(format::parse_health_filter(band.band)).to_owned()),
                PdfCell::Text(band.count.to_string()),
                PdfCell::Text(signed_change(band.change)),
                PdfCell::Text(format::money(band.mrr, self.currency)),
                PdfCell::Bar(format::thousandths(band.mrr.decimal(), most)),
            ]
        });
        PdfTable {
            columns: columns(&[
                ("Health", 0.2, PdfAlignment::Left),
                ("Customers", 0.12, PdfAlignment::Right),
                ("In a week", 0.12, PdfAlignment::Right),
                ("MRR", 0.16, PdfAlignment::Right),
                ("Share of MRR", 0.4, PdfAlignment::Left),
            ]),
            rows: rows.collect(),
        }
    }

    fn movers(&self, report: &mut PdfReport, title: &str, movers: &[MoverResponse]) {
        if movers.is_empty() {
            return;
        }
        let rows = movers.iter().map(|mover| {
            vec![
                PdfCell::Text(mover.title.clone()),
                PdfCell::Text(signed_change(Some(mover.gained.into()))),
                PdfCell::Text(mover.score.to_string()),
                PdfCell::Text(mover.part.clone().unwrap_or_default()),
            ]
        });
        report.heading(title);
        report.table(&PdfTable {
            columns: columns(&[
                ("Customer", 0.34, PdfAlignment::Left),
                ("Points", 0.1, PdfAlignment::Right),
                ("Score", 0.1, PdfAlignment::Right),
                ("What moved most", 0.46, PdfAlignment::Left),
            ]),
            rows: rows.collect(),
        });
    }

    fn revenue(&self, report: &mut PdfReport) {
        report.heading("Revenue");
        let Some(revenue) = &self.week.revenue else {
            report.paragraph(
                "No source tells of changes of revenue; ChartMogul does.",
                PdfColor::Soft,
            );
            return;
        };
        let net = signed_money(revenue.net, self.currency);
        report.paragraph(
            &format!("{net} of MRR within the week, by the movements of {MOVEMENT_SOURCE_TITLE}."),
            PdfColor::Black,
        );
        let rows = movement_kinds(revenue).into_iter();
        let rows = rows.map(|(name, sum)| {
            vec![
                PdfCell::Text(name.to_owned()),
                PdfCell::Text(signed_money(sum, self.currency)),
            ]
        });
        report.table(&PdfTable {
            columns: columns(&[("Change", 0.3, PdfAlignment::Left), ("MRR", 0.2, PdfAlignment::Right)]),
            rows: rows.collect(),
        });
    }

    fn next(&self, report: &mut PdfReport) {
        report.heading("What to do next");
        if self.week.next.is_empty() {
            report.paragraph("Every customer who has a score is healthy.", PdfColor::Soft);
            return;
        }
        let rows = self.week.next.iter().map(|next| {
            vec![
                PdfCell::Text(next.title.clone()),
                PdfCell::Text(next.score.to_string()),
                PdfCell::Text(format::money_in(next.mrr, next.currency.as_deref())),
                PdfCell::Text(next.action.to_owned()),
            ]
        });
        report.table(&PdfTable {
            columns: columns(&[
                ("Customer", 0.19, PdfAlignment::Left),
                ("Score", 0.07, PdfAlignment::Right),
                ("MRR", 0.12, PdfAlignment::Right),
                ("Do first", 0.62, PdfAlignment::Left),
            ]),
            rows: rows.collect(),
        });
    }
}

fn columns(columns: &[(&str, f32, PdfAlignment)]) -> Vec<(String, f32, PdfAlignment)> {
    let named = columns.iter();
    named
        .map(|(name, share, side)| ((*name).to_owned(), *share, *side))
        .collect()
}
