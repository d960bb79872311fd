//! The levers of a what-if: by how many percent each figure changes.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{share::two_decimals, stage::Stage};
use crate::{language::Language, spelling::tidy};

/// One thing that could be different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lever {
    /// The average amount of a deal.
    Basket,
    /// The share of deals that is won.
    Conversion,
    /// The days from creation to won.
    Cycle,
    /// The number of deals.
    Deals,
    /// The probability of a prospect.
    Prospect,
    /// The probability of a qualified deal.
    Qualified,
    /// The probability of a deal in negotiation.
    Negotiation,
}

impl Lever {
    /// Every lever, in the order of the form.
    pub const ALL: [Self; 7] = [
        Self::Basket,
        Self::Conversion,
        Self::Cycle,
        Self::Deals,
        Self::Prospect,
        Self::Qualified,
        Self::Negotiation,
    ];

    /// The field of an address.
    pub fn field(self) -> &'static str {
        match self {
            Self::Basket => "basket",
            Self::Conversion => "conversion",
            Self::Cycle => "cycle",
            Self::Deals => "deals",
            Self::Prospect => "prospect",
            Self::Qualified => "qualified",
            Self::Negotiation => "negotiation",
        }
    }

    /// The stage whose probability it moves.
    pub fn stage(self) -> Option<Stage> {
        match self {
            Self::Prospect => Some(Stage::Prospect),
            Self::Qualified => Some(Stage::Qualified),
            Self::Negotiation => Some(Stage::Negotiation),
            Self::Basket | Self::Conversion | Self::Cycle | Self::Deals => None,
        }
    }

    /// The lever that moves the probability of a stage.
    pub fn of_stage(stage: Stage) -> Option<Self> {
        Self::ALL.into_iter().find(|lever| lever.stage() == Some(stage))
    }

    /// The name on the page.
    pub fn name(self, language: Language) -> &'static str {
        let (french, english) = match self {
            Self::Basket => ("Panier moyen", "Average basket"),
            Self::Conversion => ("Taux de conversion", "Conversion rate"),
            Self::Cycle => ("Durée du cycle", "Cycle length"),
            Self::Deals => ("Nombre d’affaires", "Number of deals"),
            Self::Prospect => ("Probabilité Prospect", "Probability of prospects"),
            Self::Qualified => ("Probabilité Qualifié", "Probability of qualified deals"),
            Self::Negotiation => ("Probabilité Négociation", "Probability in negotiation"),
        };
        language.choose(french, english)
    }
}

/// The least a lever can be set to, in percent. A cycle that lasts no time would bring infinitely much.
pub const LEAST: i64 = -90;
/// The most a lever can be set to, in percent.
pub const MOST: i64 = 200;

/// By how many percent each figure changes: 10 is a tenth more, 0 is as today. Between [`LEAST`] and [`MOST`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levers([Decimal; Lever::ALL.len()]);

/// Why a field of an address is no lever.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{value}” in “{}” is no percentage between {LEAST} and {MOST}", lever.field())]
pub struct LeverError {
    /// The lever.
    pub lever: Lever,
    /// What was written.
    pub value: String,
}

impl LeverError {
    /// What is wrong and what would be right.
    pub fn message(&self, language: Language) -> String {
        let (name, value) = (self.lever.name(language), &self.value);
        language.choose(
            format!("{name} : « {value} » n’est pas un pourcentage entre {LEAST} et {MOST} avec deux décimales au plus, par exemple 10 ou -2,5."),
            format!("{name}: “{value}” is no percentage between {LEAST} and {MOST} with at most two decimals, such as 10 or -2.5."),
        )
    }
}

impl Levers {
    /// Reads the query of an address: `basket=10&cycle=-5`. A blank or absent field is 0, decimals may have a comma, and a
    /// percent sign is forgiven.
    ///
    /// # Errors
    /// [`LeverError`] for every field that is no percentage in range.
    pub fn parse(query: &str) -> Result<Self, Vec<LeverError>> {
        let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let mut levers = Self::default();
        let mut errors = Vec::new();
        for (field, value) in &fields {
            let Some(lever) = Lever::ALL.into_iter().find(|lever| lever.field() == field) else {
                continue;
            };
            match percentage(value) {
                Some(percent) => levers.0[lever as usize] = percent,
                None => errors.push(LeverError {
                    lever,
                    value: tidy(value),
                }),
            }
        }
        if errors.is_empty() { Ok(levers) } else { Err(errors) }
    }

    /// The query that [`Levers::parse`] reads as these levers; empty when none is moved.
    pub fn to_query(&self) -> String {
        let fields = self.moved().into_iter();
        let fields: Vec<(&str, String)> = fields
            .map(|lever| (lever.field(), self.percent(lever).to_string()))
            .collect();
        serde_urlencoded::to_string(fields).unwrap_or_default()
    }

    /// By how many percent a figure changes.
    pub fn percent(&self, lever: Lever) -> Decimal {
        self.0[lever as usize]
    }

    /// What a figure is multiplied with.
    pub fn factor(&self, lever: Lever) -> Decimal {
        Decimal::ONE + self.percent(lever) / Decimal::ONE_HUNDRED
    }

    /// The levers that change something.
    pub fn moved(&self) -> Vec<Lever> {
        Lever::ALL
            .into_iter()
            .filter(|lever| !self.percent(*lever).is_zero())
            .collect()
    }

    /// These levers moved as they are, and all others back to 0.
    #[must_use]
    pub fn only(&self, kept: &[Lever]) -> Self {
        let mut only = Self::default();
        for lever in kept {
            only.0[*lever as usize] = self.percent(*lever);
        }
        only
    }
}

impl Serialize for Levers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Percent(Decimal);
        impl Serialize for Percent {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                two_decimals(self.0, serializer)
            }
        }
        let mut map = serializer.serialize_map(Some(Lever::ALL.len()))?;
        for lever in Lever::ALL {
            map.serialize_entry(lever.field(), &Percent(self.percent(lever)))?;
        }
        map.end()
    }
}

/// A percentage in range with at most two decimals.
fn percentage(typed: &str) -> Option<Decimal> {
    let plain = tidy(typed).replace(',', ".").replace('\u{2212}', "-");
    let plain = plain.trim_end_matches('%').trim_end();
    if plain.is_empty() {
        return Some(Decimal::ZERO);
    }
    // The parser would also take 1e2 and 1_0.
    let is_plain = |character: char| character.is_ascii_digit() || matches!(character, '.' | '-' | '+');
    let percent: Decimal = plain.chars().all(is_plain).then(|| plain.parse().ok())??;
    let in_range = percent >= Decimal::from(LEAST) && percent <= Decimal::from(MOST);
    (in_range && percent == percent.round_dp(2)).then(|| percent.normalize())
}
