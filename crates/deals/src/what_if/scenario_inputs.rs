//! Scenario inputs of the what-if page: percentage changes of the figures.

use domain::{language::Language, normalize::collapse_spaces};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{deal::stage::DealStage, text::ratio::two_decimals};

/// One adjustable figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScenarioInput {
    /// Average amount of a deal.
    Basket,
    /// Ratio of won deals.
    Conversion,
    /// Days from creation to won.
    Cycle,
    /// Number of deals.
    Deals,
    /// Probability of a prospect.
    Prospect,
    /// Probability of a qualified deal.
    Qualified,
    /// Probability of a deal in negotiation.
    Negotiation,
}

impl ScenarioInput {
    /// Every input, in the order of the form.
    pub const ALL: [Self; 7] = [
        Self::Basket,
        Self::Conversion,
        Self::Cycle,
        Self::Deals,
        Self::Prospect,
        Self::Qualified,
        Self::Negotiation,
    ];

    /// Query field.
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

    /// Stage whose probability it changes.
    pub fn stage(self) -> Option<DealStage> {
        match self {
            Self::Prospect => Some(DealStage::Prospect),
            Self::Qualified => Some(DealStage::Qualified),
            Self::Negotiation => Some(DealStage::Negotiation),
            Self::Basket | Self::Conversion | Self::Cycle | Self::Deals => None,
        }
    }

    /// Input that changes the probability of a stage.
    pub fn of_stage(stage: DealStage) -> Option<Self> {
        Self::ALL.into_iter().find(|lever| lever.stage() == Some(stage))
    }

    /// Label on the page.
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

/// Minimum value in percent. A cycle of zero length would give an infinite velocity.
pub const MIN_PERCENT: i64 = -90;
/// Maximum value in percent.
pub const MAX_PERCENT: i64 = 200;

/// Percentage change of each figure: 10 is a tenth more, 0 is unchanged. Between [`MIN_PERCENT`] and [`MAX_PERCENT`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScenarioInputs([Decimal; ScenarioInput::ALL.len()]);

/// Error of one query field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{value}” in “{}” is no percentage between {MIN_PERCENT} and {MAX_PERCENT}", lever.field())]
pub struct ScenarioInputError {
    /// The input.
    pub lever: ScenarioInput,
    /// The value as written.
    pub value: String,
}

impl ScenarioInputError {
    /// Message with the accepted values.
    pub fn message(&self, language: Language) -> String {
        let (name, value) = (self.lever.name(language), &self.value);
        language.choose(
            format!("{name} : « {value} » n’est pas un pourcentage entre {MIN_PERCENT} et {MAX_PERCENT} avec deux décimales au plus, par exemple 10 ou -2,5."),
            format!("{name}: “{value}” is no percentage between {MIN_PERCENT} and {MAX_PERCENT} with at most two decimals, such as 10 or -2.5."),
        )
    }
}

impl ScenarioInputs {
    /// Parses a query string such as `basket=10&cycle=-5`. A blank or missing field is 0, decimals may have a comma,
    /// and a percent sign is ignored.
    ///
    /// # Errors
    /// One [`ScenarioInputError`] for every field that is not a percentage in range.
    pub fn parse(query: &str) -> Result<Self, Vec<ScenarioInputError>> {
        let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let mut levers = Self::default();
        let mut errors = Vec::new();
        for (field, value) in &fields {
            let Some(lever) = ScenarioInput::ALL.into_iter().find(|lever| lever.field() == field) else {
                continue;
            };
            match percentage(value) {
                Some(percent) => levers.0[lever as usize] = percent,
                None => errors.push(ScenarioInputError {
                    lever,
                    value: collapse_spaces(value),
                }),
            }
        }
        if errors.is_empty() { Ok(levers) } else { Err(errors) }
    }

    /// Percentage change of a figure.
    pub fn percent(&self, lever: ScenarioInput) -> Decimal {
        self.0[lever as usize]
    }

    /// Factor by which a figure is multiplied.
    pub fn factor(&self, lever: ScenarioInput) -> Decimal {
        Decimal::ONE + self.percent(lever) / Decimal::ONE_HUNDRED
    }

    /// Inputs that are not 0.
    pub fn moved(&self) -> Vec<ScenarioInput> {
        ScenarioInput::ALL
            .into_iter()
            .filter(|lever| !self.percent(*lever).is_zero())
            .collect()
    }

    /// Copy with these inputs, and all others set to 0.
    #[must_use]
    pub fn only(&self, kept: &[ScenarioInput]) -> Self {
        let mut only = Self::default();
        for lever in kept {
            only.0[*lever as usize] = self.percent(*lever);
        }
        only
    }
}

impl Serialize for ScenarioInputs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Percent(Decimal);
        impl Serialize for Percent {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                two_decimals(self.0, serializer)
            }
        }
        let mut map = serializer.serialize_map(Some(ScenarioInput::ALL.len()))?;
        for lever in ScenarioInput::ALL {
            map.serialize_entry(lever.field(), &Percent(self.percent(lever)))?;
        }
        map.end()
    }
}

/// A percentage in range with at most two decimals.
fn percentage(typed: &str) -> Option<Decimal> {
    let plain = collapse_spaces(typed).replace(',', ".").replace('\u{2212}', "-");
    let plain = plain.trim_end_matches('%').trim_end();
    if plain.is_empty() {
        return Some(Decimal::ZERO);
    }
    // The `Decimal` parser also accepts 1e2 and 1_0.
    let is_plain = |character: char| character.is_ascii_digit() || matches!(character, '.' | '-' | '+');
    let percent: Decimal = plain.chars().all(is_plain).then(|| plain.parse().ok())??;
    let in_range = percent >= Decimal::from(MIN_PERCENT) && percent <= Decimal::from(MAX_PERCENT);
    (in_range && percent == percent.round_dp(2)).then(|| percent.normalize())
}
