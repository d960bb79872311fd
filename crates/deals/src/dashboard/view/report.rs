//! Dashboard as a PDF report: filter, KPIs, deadlines, stale deals, funnel and sectors.

use domain::language::{Language, Noun, UNKNOWN_VALUE};
use web::response::pdf::{PdfAlignment, PdfCard, PdfCell, PdfColor, PdfError, PdfReport, PdfTable};

use crate::{
    dashboard::{
        overview::{DashboardOverview, ListPreview},
        response::{DueDealResponse, StaleDealResponse},
        sectors::SectorTotal,
    },
    list::{filter::DealFilter, filter_view::chip_label, segment::DealSegment},
    text::labels::{name_label, segment_label, stage_label},
};

/// PDF report of the dashboard.
pub struct DashboardReport<'a> {
    /// Dashboard values, with as many lines of each list as are printed.
    pub overview: &'a DashboardOverview,
    /// Filter of the dashboard.
    pub filter: &'a DealFilter,
    /// Time at which the spreadsheet was read, in the configured time zone.
    pub read_at: &'a jiff::Zoned,
    /// Language of the report.
    pub language: Language,
}

impl DashboardReport<'_> {
    /// Bytes of the PDF.
    ///
    /// # Errors
    /// See [`PdfError`].
    pub fn document(&self) -> Result<Vec<u8>, PdfError> {
        let language = self.language;
        let title = language.choose("Tableau de bord des affaires", "Deals dashboard");
        let mut report = PdfReport::new(title, language.code())?;
        report.paragraph(&self.as_of(), PdfColor::Soft);
        report.paragraph(&self.filters(), PdfColor::Soft);
        if let Some(missing) = self.missing() {
            report.paragraph(&missing, PdfColor::Alarm);
        }
        report.cards(&self.cards());
        self.deadlines(&mut report);
        self.cold(&mut report);
        report.heading(language.choose("Entonnoir du pipeline pondéré", "Funnel of the weighted pipeline"));
        report.table(&self.funnel());
        self.sectors(&mut report);
        if let Some(gap) = self.unprinted(report.unprintable_letters()) {
            report.paragraph(&gap, PdfColor::Soft);
        }
        report.finish(&format!(
            "Tallyboard · {title} · {}",
            language.date(self.overview.today)
        ))
    }

    /// Note about characters that the font lacks; the CSV and XLSX exports contain them.
    fn unprinted(&self, letters: usize) -> Option<String> {
        (letters > 0).then(|| {
            self.language.choose(
                format!(
                    "Caractères que ce rapport ne peut pas imprimer, remplacés par une case vide : {letters}. Les exports CSV et XLSX les contiennent."
                ),
                format!(
                    "Characters that this report cannot print, with an empty box in their place: {letters}. The CSV and XLSX exports hold them."
                ),
            )
        })
    }

    fn as_of(&self) -> String {
        let (day, time) = (self.language.date(self.read_at.date()), self.read_at.strftime("%H:%M"));
        self.language.choose(
            format!("Données du tableur lues le {day} à {time}."),
            format!("Data of the spreadsheet as read on {day} at {time}."),
        )
    }

    fn filters(&self) -> String {
        let language = self.language;
        let chips: Vec<String> = self
            .filter
            .chips()
            .iter()
            .map(|chip| chip_label(chip, language))
            .collect();
        let chosen = if chips.is_empty() {
            language.choose("aucun", "none").to_owned()
        } else {
            chips.join(" · ")
        };
        let count = language.count(self.overview.kpis.deal_count as u64, Noun::DEAL);
        language.choose(
            format!("Filtres : {chosen} ({count})."),
            format!("Filters: {chosen} ({count})."),
        )
    }

    /// Note about rows excluded from the figures.
    fn missing(&self) -> Option<String> {
        let (language, overview) = (self.language, self.overview);
        let mut parts = Vec::new();
        if overview.hidden_undated > 0 {
            let hidden = language.count(overview.hidden_undated as u64, Noun::DEAL);
            let several = overview.hidden_undated > 1;
            parts.push(language.choose(
                format!(
                    "{hidden} sans échéance {}.",
                    if several { "masquées" } else { "masquée" }
                ),
                format!("{hidden} without a due date hidden."),
            ));
        }
        if overview.unread.rows > 0 {
            let rows = language.count(overview.unread.rows as u64, Noun::ROW);
            let amount = language.whole_euros(overview.unread.amount);
            let several = overview.unread.rows > 1;
            parts.push(language.choose(
                format!(
                    "{rows} {} ({amount} non comptés).",
                    if several { "exclues" } else { "exclue" }
                ),
                format!("{rows} excluded ({amount} not counted)."),
            ));
        }
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    fn cards(&self) -> [PdfCard; 4] {
        let (language, kpis) = (self.language, &self.overview.kpis);
        let card = |title: (&str, &str), figure: Option<String>, lines: Vec<String>| PdfCard {
            title: language.choose(title.0, title.1).to_owned(),
            figure: figure.unwrap_or_else(|| UNKNOWN_VALUE.to_owned()),
            lines,
        };
        let (won, open) = (language.money(kpis.weighted_won), language.money(kpis.weighted_open));
        let split = language.choose(
            format!("dont gagné {won} · reste à gagner {open}"),
            format!("won {won} · still to win {open}"),
        );
        let definition = |french: &str, english: &str| language.choose(french, english).to_owned();
        let statuses = kpis.count_by_status.shown();
        let statuses =
            statuses.map(|(stage, count)| format!("{} {}", stage_label(stage, language), language.whole(count as u64)));
        [
            card(
                ("Pipeline pondéré", "Weighted pipeline"),
                Some(language.money(kpis.weighted_pipeline)),
                vec![split],
            ),
            card(
                ("Panier moyen", "Average basket"),
                kpis.average_basket.map(|basket| language.money(basket)),
                vec![definition("Total des montants ÷ affaires", "Total amount ÷ deals")],
            ),
            card(
                ("Taux de conversion", "Conversion rate"),
                kpis.conversion_rate.map(|share| language.percent(share.of_one())),
                vec![definition("Gagné ÷ toutes les affaires × 100", "Won ÷ all deals × 100")],
            ),
            card(
                ("Affaires", "Deals"),
                Some(language.whole(kpis.deal_count as u64)),
                statuses.collect(),
            ),
        ]
    }

    fn deadlines(&self, report: &mut PdfReport) {
        let due = &self.overview.due;
        for (subset, list) in [
            (DealSegment::Overdue, &due.overdue),
            (DealSegment::Today, &due.today),
            (DealSegment::Upcoming, &due.upcoming),
        ] {
            self.list(report, subset, list, |line: &DueDealResponse| {
                let words = line.deal.date_echeance.map(|due| {
                    let words = self.language.due(due, self.overview.today);
                    format!("{} · {words}", self.language.date(due))
                });
                let words = words.unwrap_or_default();
                let state = if subset == DealSegment::Overdue {
                    PdfCell::Alarm(words)
                } else {
                    PdfCell::Text(words)
                };
                (&line.deal, state)
            });
        }
    }

    fn cold(&self, report: &mut PdfReport) {
        let language = self.language;
        self.list(
            report,
            DealSegment::Cold,
            &self.overview.cold,
            |line: &StaleDealResponse| {
                let days = language.count(line.days_without_change.into(), Noun::DAY);
                let words = language.choose(format!("inchangée depuis {days}"), format!("no change for {days}"));
                (&line.deal, PdfCell::Text(words))
            },
        );
    }

    fn list<Line>(
        &self,
        report: &mut PdfReport,
        subset: DealSegment,
        list: &ListPreview<Line>,
        line: impl Fn(&Line) -> (&crate::deal::response::DealResponse, PdfCell),
    ) {
        if list.count == 0 {
            return;
        }
        let language = self.language;
        let count = language.count(list.count as u64, Noun::DEAL);
        let amount = language.money(list.amount);
        report.heading(&format!("{} · {count} · {amount}", segment_label(subset, language)));
        let rows = list.lines.iter().map(|shown| {
            let (deal, state) = line(shown);
            vec![
                PdfCell::Text(deal.client.to_string()),
                PdfCell::Text(stage_label(deal.statut, language).to_owned()),
                PdfCell::Text(language.money(deal.montant_brut)),
                state,
                PdfCell::Text(deal.assignee.as_deref().unwrap_or(UNKNOWN_VALUE).to_owned()),
            ]
        });
        let rows = rows.collect();
        report.table(&PdfTable {
            columns: vec![
                ("Client".to_owned(), 0.29, PdfAlignment::Left),
                (language.choose("Statut", "Status").to_owned(), 0.12, PdfAlignment::Left),
                (
                    language.choose("Montant", "Amount").to_owned(),
                    0.15,
                    PdfAlignment::Right,
                ),
                (language.choose("Échéance", "When").to_owned(), 0.29, PdfAlignment::Left),
                (
                    language.choose("Commercial", "Assignee").to_owned(),
                    0.15,
                    PdfAlignment::Left,
                ),
            ],
            rows,
        });
        let more = list.count - list.lines.len();
        if more > 0 {
            let more = language.count(more as u64, Noun::DEAL);
            let words = language.choose(
                format!("{more} de plus, dans l’export CSV ou XLSX."),
                format!("{more} more, in the CSV or XLSX export."),
            );
            report.paragraph(&words, PdfColor::Soft);
        }
    }

    fn funnel(&self) -> PdfTable {
        let language = self.language;
        let rows = self.overview.funnel.iter().map(|bar| {
            vec![
                PdfCell::Text(format!(
                    "{} ({})",
                    stage_label(bar.value.status, language),
                    language.percent(bar.value.status.probability())
                )),
                PdfCell::Text(language.whole_euros(bar.value.weighted)),
                PdfCell::Bar(bar.permille),
                PdfCell::Text(language.whole(bar.value.deals as u64)),
            ]
        });
        self.bars(
            language.choose("Statut", "Status"),
            language.choose("Pondéré", "Weighted"),
            rows.collect(),
        )
    }

    fn sectors(&self, report: &mut PdfReport) {
        let language = self.language;
        let line = |sector: &SectorTotal, amount: String, permille: u32| {
            vec![
                PdfCell::Text(name_label(sector.sector.as_deref(), language).to_owned()),
                PdfCell::Text(amount),
                PdfCell::Bar(permille),
                PdfCell::Text(language.whole(sector.deals as u64)),
            ]
        };
        let sector = language.choose("Secteur", "Sector");
        let totals = self.overview.sectors.iter();
        let totals = totals.map(|bar| line(&bar.value, language.whole_euros(bar.value.total), bar.permille));
        if self.overview.sectors.is_empty() {
            return;
        }
        report.heading(language.choose("Secteurs", "Sectors"));
        report.table(&self.bars(sector, "Total", totals.collect()));
        let baskets = self.overview.top_baskets.iter();
        let baskets = baskets.map(|bar| line(&bar.value, language.whole_euros(bar.value.average_basket), bar.permille));
        report.heading(language.choose("Top 5 des paniers moyens", "Top 5 average baskets"));
        report.table(&self.bars(
            sector,
            language.choose("Panier moyen", "Average basket"),
            baskets.collect(),
        ));
    }

    fn bars(&self, name: &str, figure: &str, rows: Vec<Vec<PdfCell>>) -> PdfTable {
        let language = self.language;
        PdfTable {
            columns: vec![
                (name.to_owned(), 0.26, PdfAlignment::Left),
                (figure.to_owned(), 0.18, PdfAlignment::Right),
                (String::new(), 0.44, PdfAlignment::Left),
                (
                    language.choose("Affaires", "Deals").to_owned(),
                    0.12,
                    PdfAlignment::Right,
                ),
            ],
            rows,
        }
    }
}
