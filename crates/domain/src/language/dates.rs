//! Dates in French and English: days, months, due days and durations.

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::language::{Language, Noun, days_between};

impl Language {
    /// Formats a day: `21/11/2026`, `21 Nov 2026`.
    pub fn date(self, day: Date) -> String {
        match self {
            Self::French => day.strftime("%d/%m/%Y").to_string(),
            Self::English => day.strftime("%-d %b %Y").to_string(),
        }
    }

    /// Formats a month: `novembre 2026`, `November 2026`; the day within it is ignored.
    pub fn month(self, day: Date) -> String {
        const FRENCH: [&str; 12] = [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ];
        match self {
            Self::French => {
                let month = usize::from(day.month().unsigned_abs()).saturating_sub(1);
                format!("{} {}", FRENCH[month], day.year())
            }
            Self::English => day.strftime("%B %Y").to_string(),
        }
    }

    /// Formats a day relative to today: `en retard de 3 jours`, `aujourd’hui`, `dans 2 jours`.
    pub fn due(self, due: Date, today: Date) -> String {
        let days = days_between(today, due);
        let amount = self.count(u64::from(days.unsigned_abs()), Noun::DAY);
        match (self, days) {
            (Self::French, ..0) => format!("en retard de {amount}"),
            (Self::French, 0) => "aujourd’hui".to_owned(),
            (Self::French, _) => format!("dans {amount}"),
            (Self::English, ..0) => format!("{amount} late"),
            (Self::English, 0) => "today".to_owned(),
            (Self::English, _) => format!("in {amount}"),
        }
    }

    /// Formats a duration in days, with one decimal below ten days: `4,5 jours`, `12 jours`, `1 jour`.
    pub fn days(self, days: Decimal) -> String {
        let decimals = u32::from(days.abs() < Decimal::TEN && !days.round_dp(1).fract().is_zero());
        let shown = days.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        format!("{} {}", self.number(shown, decimals), self.noun(shown, Noun::DAY))
    }
}
