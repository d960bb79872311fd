//! Health bands: the four ranges of the score.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Health band of a customer; a better band compares greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthBand {
    /// 0 to 29.
    Critical,
    /// 30 to 49.
    HighRisk,
    /// 50 to 69.
    AtRisk,
    /// 70 to 100.
    Healthy,
}

impl HealthBand {
    /// Every band, best first.
    pub const ALL: [Self; 4] = [Self::Healthy, Self::AtRisk, Self::HighRisk, Self::Critical];

    /// Band of a rounded score.
    pub fn of(score: u8) -> Self {
        Self::ALL
            .into_iter()
            .find(|band| score >= band.lowest())
            .unwrap_or(Self::Critical)
    }

    /// Lowest score of the band.
    pub fn lowest(self) -> u8 {
        match self {
            Self::Healthy => 70,
            Self::AtRisk => 50,
            Self::HighRisk => 30,
            Self::Critical => 0,
        }
    }

    /// Value in the spreadsheet, in query strings and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::AtRisk => "at_risk",
            Self::HighRisk => "high_risk",
            Self::Critical => "critical",
        }
    }

    /// Parses a value, ignoring case, with spaces or hyphens in place of underscores.
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.trim().to_lowercase().replace([' ', '-'], "_");
        Self::ALL.into_iter().find(|band| band.word() == word)
    }
}

/// Display name.
impl fmt::Display for HealthBand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Healthy => "healthy",
            Self::AtRisk => "at risk",
            Self::HighRisk => "high risk",
            Self::Critical => "critical",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_has_the_band_of_its_range() {
        for (band, scores) in [
            (HealthBand::Critical, 0..=29),
            (HealthBand::HighRisk, 30..=49),
            (HealthBand::AtRisk, 50..=69),
            (HealthBand::Healthy, 70..=100),
        ] {
            for score in scores {
                assert_eq!(HealthBand::of(score), band, "{score}");
            }
        }
    }

    #[test]
    fn a_band_is_read_as_it_is_written() {
        for band in HealthBand::ALL {
            assert_eq!(HealthBand::parse(band.word()), Some(band));
            assert_eq!(HealthBand::parse(&format!(" {band} ").to_uppercase()), Some(band));
        }
        assert_eq!(HealthBand::parse("fine"), None);
    }
}
