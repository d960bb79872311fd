//! Dashboard as a PDF report: filter, KPIs, deadlines, stale deals, funnel and sectors.

use super::{
    super::{
        answers::{ColdAnswer, DueAnswer},
        filter::DealFilter,
        overview::{First, Overview},
        sectors::SectorTotal,
        subset::Subset,
    },
    filters::chip_label,
    name_label, stage_label, subset_label,
};
use crate::{
    answer::pdf::{Card, Field, Ink, PdfError, Report, Side, Table},
    language::{Language, Noun, UNKNOWN},
};

/// PDF report of the dashboard.
pub struct BoardReport<'a> {
    /// Dashboard values, with as many lines of each list as are printed.
    pub overview: &'a Overview,
    /// Filter of the dashboard.
    pub filter: &'a DealFilter,
    /// Time at which the spreadsheet was read, in the configured time zone.
    pub read_at: &'a jiff::Zoned,
    /// Language of the report.
    pub language: Language,
}

impl BoardReport<'_> {
    /// Bytes of the PDF.
    ///
    /// # Errors
    /// See [`PdfError`].
    pub fn document(&self) -> Result<Vec<u8>, PdfError> {
        let language = self.language;
        let title = language.choose("Tableau de bord des affaires", "Deals dashboard");
        let mut report = Report::new(title, language.code())?;
        report.paragraph(&self.as_of(), Ink::Soft);
        report.paragraph(&self.filters(), Ink::Soft);
        if let Some(missing) = self.missing() {
            report.paragraph(&missing, Ink::Alarm);
        }
        report.cards(&self.cards());
        self.deadlines(&mut report);
        self.cold(&mut report);
        report.heading(language.choose("Entonnoir du pipeline pondéré", "Funnel of the weighted pipeline"));
        report.table(&self.funnel());
        self.sectors(&mut report);
        if let Some(gap) = self.unprinted(report.unprintable()) {
            report.paragraph(&gap, Ink::Soft);
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

    fn cards(&self) -> [Card; 4] {
        let (language, kpis) = (self.language, &self.overview.kpis);
        let card = |title: (&str, &str), figure: Option<String>, lines: Vec<String>| Card {
            title: language.choose(title.0, title.1).to_owned(),
            figure: figure.unwrap_or_else(|| UNKNOWN.to_owned()),
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

    fn deadlines(&self, report: &mut Report) {
        let due = &self.overview.due;
        for (subset, list) in [
            (Subset::Overdue, &due.overdue),
            (Subset::Today, &due.today),
            (Subset::Upcoming, &due.upcoming),
        ] {
            self.list(report, subset, list, |line: &DueAnswer| {
                let words = line.deal.date_echeance.map(|due| {
                    let words = self.language.due(due, self.overview.today);
                    format!("{} · {words}", self.language.date(due))
                });
                let words = words.unwrap_or_default();
                let state = if subset == Subset::Overdue {
                    Field::Alarm(words)
                } else {
                    Field::Text(words)
                };
                (&line.deal, state)
            });
        }
    }

    fn cold(&self, report: &mut Report) {
        let language = self.language;
        self.list(report, Subset::Cold, &self.overview.cold, |line: &ColdAnswer| {
            let days = language.count(line.days_without_change.into(), Noun::DAY);
            let words = language.choose(format!("inchangée depuis {days}"), format!("no change for {days}"));
            (&line.deal, Field::Text(words))
        });
    }

    fn list<Line>(
        &self,
        report: &mut Report,
        subset: Subset,
        list: &First<Line>,
        line: impl Fn(&Line) -> (&super::super::answers::DealAnswer, Field),
    ) {
        if list.count == 0 {
            return;
        }
        let language = self.language;
        let count = language.count(list.count as u64, Noun::DEAL);
        let amount = language.money(list.amount);
        report.heading(&format!("{} · {count} · {amount}", subset_label(subset, language)));
        let rows = list.lines.iter().map(|shown| {
            let (deal, state) = line(shown);
            vec![
                Field::Text(deal.client.to_string()),
                Field::Text(stage_label(deal.statut, language).to_owned()),
                Field::Text(language.money(deal.montant_brut)),
                state,
                Field::Text(deal.assignee.as_deref().unwrap_or(UNKNOWN).to_owned()),
            ]
        });
        let rows = rows.collect();
        report.table(&Table {
            columns: vec![
                ("Client".to_owned(), 0.29, Side::Left),
                (language.choose("Statut", "Status").to_owned(), 0.12, Side::Left),
                (language.choose("Montant", "Amount").to_owned(), 0.15, Side::Right),
                (language.choose("Échéance", "When").to_owned(), 0.29, Side::Left),
                (language.choose("Commercial", "Assignee").to_owned(), 0.15, Side::Left),
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
            report.paragraph(&words, Ink::Soft);
        }
    }

    fn funnel(&self) -> Table {
        let language = self.language;
        let rows = self.overview.funnel.iter().map(|bar| {
            vec![
                Field::Text(format!(
                    "{} ({})",
                    stage_label(bar.value.status, language),
                    language.percent(bar.value.status.probability())
                )),
                Field::Text(language.whole_euros(bar.value.weighted)),
                Field::Bar(bar.permille),
                Field::Text(language.whole(bar.value.deals as u64)),
            ]
        });
        self.bars(
            language.choose("Statut", "Status"),
            ("Pondéré", "Weighted"),
            rows.collect(),
        )
    }

    fn sectors(&self, report: &mut Report) {
        let language = self.language;
        let line = |sector: &SectorTotal, amount: String, permille: u32| {
            vec![
                Field::Text(name_label(sector.sector.as_deref(), language).to_owned()),
                Field::Text(amount),
                Field::Bar(permille),
                Field::Text(language.whole(sector.deals as u64)),
            ]
        };
        let sector = language.choose("Secteur", "Sector");
        let totals = self.overview.sectors.iter();
        let totals = totals.map(|bar| line(&bar.value, language.whole_euros(bar.value.total), bar.permille));
        if self.overview.sectors.is_empty() {
            return;
        }
        report.heading(language.choose("Secteurs", "Sectors"));
        report.table(&self.bars(sector, ("Total", "Total"), totals.collect()));
        let baskets = self.overview.top_baskets.iter();
        let baskets = baskets.map(|bar| line(&bar.value, language.whole_euros(bar.value.average_basket), bar.permille));
        report.heading(language.choose("Top 5 des paniers moyens", "Top 5 average baskets"));
        report.table(&self.bars(sector, ("Panier moyen", "Average basket"), baskets.collect()));
    }

    fn bars(&self, name: &str, (french, english): (&str, &str), rows: Vec<Vec<Field>>) -> Table {
        let language = self.language;
        Table {
            columns: vec![
                (name.to_owned(), 0.26, Side::Left),
                (language.choose(french, english).to_owned(), 0.18, Side::Right),
                (String::new(), 0.44, Side::Left),
                (language.choose("Affaires", "Deals").to_owned(), 0.12, Side::Right),
            ],
            rows,
        }
    }
}
