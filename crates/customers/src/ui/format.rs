//! Formatting of amounts, scores and bands; unknown values are a dash.

use customer_sources::amount::{Amount, Currency};
use domain::{
    json_decimal::JsonDecimal,
    language::{Language, UNKNOWN_VALUE},
};
use maud::{Markup, html};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use web::page::chart;

use crate::{health::rules::HealthBand, list::filter::HealthFilter};

/// Amount in its currency, such as `€1,250.50` or `1,250.50 USD`; whole amounts without decimals.
pub fn amount(amount: Amount) -> String {
    let amount = amount.rounded();
    let decimals = if amount.units.is_integer() {
        0
    } else {
        amount.currency.decimals()
    };
    let number = Language::English.number(amount.units.abs(), decimals);
    let sign = if amount.units.is_sign_negative() && !amount.units.is_zero() {
        "−"
    } else {
        ""
    };
    match amount.currency.code() {
        "EUR" => format!("{sign}€{number}"),
        "USD" => format!("{sign}${number}"),
        "GBP" => format!("{sign}£{number}"),
        code => format!("{sign}{number}\u{A0}{code}"),
    }
}

/// Amount; a dash when unknown.
pub fn amount_or_dash(known: Option<Amount>) -> String {
    known.map_or_else(|| UNKNOWN_VALUE.to_owned(), amount)
}

/// Number as an amount in a currency.
pub fn money(number: JsonDecimal, currency: Currency) -> String {
    amount(Amount {
        units: number.decimal(),
        currency,
    })
}

/// Number as an amount in a currency given by its code.
pub fn money_in(number: Option<JsonDecimal>, code: Option<&str>) -> String {
    match (number, code.and_then(Currency::of)) {
        (Some(number), Some(currency)) => money(number, currency),
        _ => UNKNOWN_VALUE.to_owned(),
    }
}

/// Fraction as a whole percentage, such as `85%`.
pub fn percent(share: Decimal) -> String {
    let percent = (share * Decimal::ONE_HUNDRED).round();
    format!("{}%", percent.normalize())
}

/// Fraction as a percentage with one decimal, such as `2.9%`.
pub fn rate(share: Option<Decimal>) -> String {
    share.map_or_else(
        || UNKNOWN_VALUE.to_owned(),
        |share| {
            let percent = share * Decimal::ONE_HUNDRED;
            let rounded = percent.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
            format!("{rounded:.1}%").replace('-', "−")
        },
    )
}

/// Display name of a band.
pub fn band_label(choice: HealthFilter) -> &'static str {
    match choice {
        HealthFilter::In(HealthBand::Healthy) => "Healthy",
        HealthFilter::In(HealthBand::AtRisk) => "At risk",
        HealthFilter::In(HealthBand::HighRisk) => "High risk",
        HealthFilter::In(HealthBand::Critical) => "Critical",
        HealthFilter::Unscored => "No score",
    }
}

/// Parses a `health_status` value of a response.
pub fn parse_health_filter(word: &str) -> HealthFilter {
    HealthBand::parse(word).map_or(HealthFilter::Unscored, HealthFilter::In)
}

/// Score with its band in words; colour only repeats the words.
pub fn score(known: Option<JsonDecimal>, choice: HealthFilter) -> Markup {
    html! {
        @match known.and_then(|score| score.decimal().to_u32()) {
            Some(score) => {
                span .score { (score) }
                " "
                span class={ "tag band " (choice.word()) } { (band_label(choice)) }
            },
            None => span .hint { (UNKNOWN_VALUE) " " small { "no score" } },
        }
    }
}

/// Known score with its band.
pub fn score_with_band(points: u8, band: HealthBand) -> Markup {
    score(Some(JsonDecimal::new(points.into())), HealthFilter::In(band))
}

/// Bar of `part` out of `whole`.
pub fn bar(part: Decimal, whole: Decimal) -> Markup {
    chart::bar(thousandths(part, whole), 1000)
}

/// `part` in thousandths of `whole`.
pub fn thousandths(part: Decimal, whole: Decimal) -> u32 {
    let thousandths = if whole.is_zero() {
        Decimal::ZERO
    } else {
        (part.abs() * Decimal::ONE_THOUSAND / whole.abs()).round()
    };
    thousandths.to_u32().unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_sign_of_their_currency() {
        for (units, code, shown) in [
            ("1250", "EUR", "€1,250"),
            ("1250.5", "EUR", "€1,250.50"),
            ("-3", "EUR", "−€3"),
            ("0", "USD", "$0"),
            ("1250", "JPY", "1,250\u{A0}JPY"),
        ] {
            let currency = Currency::of(code).expect("a code");
            let units = units.parse().expect("a number");
            assert_eq!(amount(Amount { units, currency }).replace('\u{202F}', ","), shown);
        }
        assert_eq!(percent(Decimal::new(854, 3)), "85%");
        assert_eq!(rate(Some(Decimal::new(285, 4))), "2.9%");
        assert_eq!(rate(Some(Decimal::new(-85, 3))), "−8.5%");
        assert_eq!(rate(None), UNKNOWN_VALUE);
    }
}
