//! Freshness line: source and age of the data, with the Refresh button.

use domain::language::Language;
use jiff::Zoned;
use maud::{Markup, html};

use crate::{page::date_time, routes::REFRESH};

/// Source of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataSource {
    /// A Google spreadsheet.
    GoogleSheets,
    /// The local spreadsheet that the program starts when no Google spreadsheet is configured.
    EmbeddedSpreadsheet,
}

impl DataSource {
    /// Name within a sentence.
    pub fn name(self, language: Language) -> &'static str {
        match self {
            Self::GoogleSheets => "Google Sheets",
            Self::EmbeddedSpreadsheet => language.choose("Tableur intégré", "Embedded spreadsheet"),
        }
    }

    /// Name as the subject of a sentence.
    fn subject(self, language: Language) -> &'static str {
        match self {
            Self::GoogleSheets => "Google Sheets",
            Self::EmbeddedSpreadsheet => language.choose("Le tableur intégré", "The embedded spreadsheet"),
        }
    }
}

/// Source and age of the data of a page.
#[derive(Clone, Debug)]
pub struct Freshness {
    /// Source of the data.
    pub source: DataSource,
    /// Time of the last read, in the configured time zone.
    pub read_at: Zoned,
    /// Current time, in the configured time zone.
    pub now: Zoned,
    /// Start of the current outage; `None` while the source answers.
    pub unreachable_since: Option<Zoned>,
    /// Address of the spreadsheet in its editor.
    pub spreadsheet_link: String,
}

impl Freshness {
    /// Short form: `Google Sheets data of 14:03:12 (42 s ago)`.
    pub fn sentence(&self, language: Language) -> String {
        let (source, age) = (
            self.source.name(language),
            date_time::age(self.read_at.timestamp(), &self.now, language),
        );
        let time = self.clock_time(&self.read_at, "%H:%M:%S", language);
        language.choose(
            format!("{source}, données de {time} ({age})"),
            format!("{source} data of {time} ({age})"),
        )
    }

    /// Form with the full date, for print: `Google Sheets data of 14:03:12 on 5 March 2026`.
    fn full_sentence(&self, language: Language) -> String {
        let (source, time) = (self.source.name(language), self.read_at.strftime("%H:%M:%S"));
        let day = self.read_at.date();
        language.choose(
            format!("{source}, données du {} à {time}", Language::French.date(day)),
            format!("{source} data of {time} on {}", day.strftime("%-d %B %Y")),
        )
    }

    /// Outage message: `Google Sheets cannot be reached since 14:05. You see the data of 14:03:12.`
    pub fn outage(&self, language: Language) -> Option<String> {
        let since = self.unreachable_since.as_ref()?;
        let subject = self.source.subject(language);
        let since = self.clock_time(since, "%H:%M", language);
        let time = self.clock_time(&self.read_at, "%H:%M:%S", language);
        Some(language.choose(
            format!("{subject} ne répond plus depuis {since}. Vous voyez les données de {time}."),
            format!("{subject} cannot be reached since {since}. You see the data of {time}."),
        ))
    }

    /// Line with the Refresh button, which returns to `address`.
    pub(crate) fn line(&self, address: &str, language: Language) -> Markup {
        html! {
            form .freshness method="post" action=(REFRESH) {
                input type="hidden" name="to" value=(address);
                span data-live="freshness" { (self.sentence(language)) }
                span .paper { (self.full_sentence(language)) }
                " "
                button .quiet type="submit" { (language.choose("Actualiser", "Refresh")) }
            }
        }
    }

    /// Time of day, with the date unless it is today.
    fn clock_time(&self, at: &Zoned, format: &str, language: Language) -> String {
        let time = at.strftime(format).to_string();
        if at.date() == self.now.date() {
            return time;
        }
        language.choose(
            format!("{time} le {}", Language::French.date(at.date())),
            format!("{time} on {}", date_time::day(at.date(), self.now.date())),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn at(text: &str) -> Zoned {
        format!("{text}+01:00[Europe/Paris]").parse().expect("instant")
    }

    pub(crate) fn freshness(now: &str) -> Freshness {
        Freshness {
            source: DataSource::GoogleSheets,
            read_at: at("2026-03-05T14:03:12"),
            now: at(now),
            unreachable_since: None,
            spreadsheet_link: "https://docs.google.com/spreadsheets/d/x/edit".to_owned(),
        }
    }

    #[test]
    fn the_line_tells_the_time_of_the_data_and_its_age() {
        for (now, told) in [
            ("2026-03-05T14:03:12", "Google Sheets data of 14:03:12 (0 s ago)"),
            ("2026-03-05T14:03:54", "Google Sheets data of 14:03:12 (42 s ago)"),
            ("2026-03-05T14:03:00", "Google Sheets data of 14:03:12 (0 s ago)"),
            ("2026-03-05T14:08:11", "Google Sheets data of 14:03:12 (4 min ago)"),
            ("2026-03-05T18:00:00", "Google Sheets data of 14:03:12 (3 h ago)"),
            (
                "2026-03-06T09:00:00",
                "Google Sheets data of 14:03:12 on 5 March (18 h ago)",
            ),
        ] {
            assert_eq!(freshness(now).sentence(Language::English), told);
        }
    }

    #[test]
    fn paper_tells_the_whole_day() {
        let freshness = freshness("2026-03-05T14:03:12");
        assert_eq!(
            freshness.full_sentence(Language::English),
            "Google Sheets data of 14:03:12 on 5 March 2026"
        );
        assert_eq!(
            freshness.full_sentence(Language::French),
            "Google Sheets, données du 05/03/2026 à 14:03:12"
        );
    }

    #[test]
    fn an_outage_is_told_with_both_times() {
        let mut freshness = freshness("2026-03-05T14:10:00");
        assert_eq!(freshness.outage(Language::English), None);
        freshness.unreachable_since = Some(at("2026-03-05T14:05:40"));
        let told = freshness.outage(Language::English).expect("unreachable");
        assert_eq!(
            told,
            "Google Sheets cannot be reached since 14:05. You see the data of 14:03:12."
        );
        freshness.source = DataSource::EmbeddedSpreadsheet;
        let told = freshness.outage(Language::English).expect("unreachable");
        assert!(told.starts_with("The embedded spreadsheet cannot"));
        let told = freshness.outage(Language::French).expect("unreachable");
        assert_eq!(
            told,
            "Le tableur intégré ne répond plus depuis 14:05. Vous voyez les données de 14:03:12."
        );
    }
}
