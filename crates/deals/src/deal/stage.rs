//! Pipeline stages and their probabilities.

use std::fmt;

use domain::normalize::normalize;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// Pipeline stage. Stored values are the French words, regardless of the language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
pub enum DealStage {
    /// First contact; 10 %.
    Prospect,
    /// Need and budget confirmed; 30 %.
    #[schemars(rename = "Qualifié")]
    Qualified,
    /// Terms under negotiation; 70 %.
    #[schemars(rename = "Négociation")]
    Negotiation,
    /// Signed; 100 %.
    #[schemars(rename = "Gagné")]
    Won,
    /// Lost; 0 %. Offered only where configured.
    #[schemars(rename = "Perdu")]
    Lost,
}

impl DealStage {
    /// Every stage, in pipeline order.
    pub const ALL: [Self; 5] = [
        Self::Prospect,
        Self::Qualified,
        Self::Negotiation,
        Self::Won,
        Self::Lost,
    ];

    /// Value in the sheet and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prospect => "Prospect",
            Self::Qualified => "Qualifié",
            Self::Negotiation => "Négociation",
            Self::Won => "Gagné",
            Self::Lost => "Perdu",
        }
    }

    /// Probability of winning, as a ratio between 0 and 1.
    pub fn probability(self) -> Decimal {
        Decimal::new(
            match self {
                Self::Prospect => 10,
                Self::Qualified => 30,
                Self::Negotiation => 70,
                Self::Won => 100,
                Self::Lost => 0,
            },
            2,
        )
    }

    /// Whether the deal can still be won or lost.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Prospect | Self::Qualified | Self::Negotiation)
    }

    /// Parses a French or English name; case, accents, punctuation, signs and numbers around it are ignored, as in `3 -
    /// Négociation (70 %)`. `None` for any other text.
    pub fn parse(word: &str) -> Option<Self> {
        let folded = normalize(word);
        let words: Vec<&str> = folded
            .split(|sign: char| !sign.is_alphanumeric())
            .filter(|part| !part.chars().all(|digit| digit.is_ascii_digit()))
            .collect();
        Some(match words.join(" ").as_str() {
            "prospect" | "prospects" | "prospection" | "prospecting" | "lead" | "leads" | "piste" | "nouveau"
            | "nouvelle" | "new" | "contact" | "premier contact" | "first contact" | "a contacter" | "to contact" => {
                Self::Prospect
            }
            "qualifie" | "qualifiee" | "qualification" | "qualified" | "qualified lead" | "lead qualifie"
            | "prospect qualifie" | "qualified to buy" | "qualifiedtobuy" => Self::Qualified,
            "negociation"
            | "negociations"
            | "nego"
            | "en nego"
            | "en negociation"
            | "en cours de negociation"
            | "negociation en cours"
            | "negotiation"
            | "negotiations"
            | "negotiating"
            | "in negotiation"
            | "negotiation review" => Self::Negotiation,
            "gagne" | "gagnee" | "signe" | "signee" | "conclu" | "conclue" | "vendu" | "vendue" | "ferme gagne"
            | "fermee gagnee" | "affaire gagnee" | "cloture gagne" | "won" | "signed" | "closed won" | "closedwon"
            | "deal won" => Self::Won,
            "perdu" | "perdue" | "ferme perdu" | "fermee perdue" | "affaire perdue" | "cloture perdu" | "lost"
            | "closed lost" | "closedlost" | "deal lost" => Self::Lost,
            _ => return None,
        })
    }
}

/// Whether the stage [`DealStage::Lost`] is offered. Rows with that stage are always read and counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LostStage {
    /// Deals are open or won; `Perdu` is displayed only where the sheet has it.
    #[default]
    NotOffered,
    /// Deals can be lost, and the win rate among closed deals is displayed.
    Offered,
}

impl LostStage {
    /// Stages that a deal can be moved to; a lost deal may stay lost.
    pub fn stages(self, current: Option<DealStage>) -> Vec<DealStage> {
        let offered = DealStage::ALL.into_iter();
        offered
            .filter(|stage| *stage != DealStage::Lost || self == Self::Offered || current == Some(DealStage::Lost))
            .collect()
    }
}

impl fmt::Display for DealStage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for DealStage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_read_in_two_languages_without_accents_and_in_any_case() {
        for (word, stage) in [
            ("Qualifié", DealStage::Qualified),
            ("QUALIFIE", DealStage::Qualified),
            ("  négociation ", DealStage::Negotiation),
            ("Negotiation", DealStage::Negotiation),
            ("gagne\u{301}", DealStage::Won),
            ("Closed Won", DealStage::Won),
            ("lost", DealStage::Lost),
            ("3 - Négociation (70 %)", DealStage::Negotiation),
            ("2. Qualifié", DealStage::Qualified),
            ("closed_won", DealStage::Won),
            ("Closed - Lost", DealStage::Lost),
            ("Signé !", DealStage::Won),
            ("🟢 Gagnée", DealStage::Won),
            ("Negotiation/Review", DealStage::Negotiation),
            ("À contacter", DealStage::Prospect),
            ("En cours de négociation", DealStage::Negotiation),
        ] {
            assert_eq!(DealStage::parse(word), Some(stage), "{word}");
        }
        for stage in DealStage::ALL {
            assert_eq!(DealStage::parse(stage.as_str()), Some(stage));
        }
        for word in [
            "",
            "gagn",
            "abandonné",
            "100",
            "non gagné",
            "gagné ou perdu",
            "-",
            "en cours",
        ] {
            assert_eq!(DealStage::parse(word), None, "{word}");
        }
    }
}
