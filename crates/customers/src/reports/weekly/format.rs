//! Formatting shared by the page and the PDF of the weekly report.

use customer_sources::amount::Currency;
use domain::{json_decimal::JsonDecimal, language::UNKNOWN_VALUE};
use jiff::civil::Date;
use rust_decimal::Decimal;
use web::page::formatting::count;

use crate::{
    reports::weekly::report::{WeeklyReport, WeeklyRevenue},
    ui::format,
};

pub(crate) fn long_date(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// Signed number, such as `+3`, `−2` or `0`; a dash when unknown.
pub(crate) fn signed_change(points: Option<i64>) -> String {
    match points {
        Some(points @ 1..) => format!("+{points}"),
        Some(points) => points.to_string().replace('-', "−"),
        None => UNKNOWN_VALUE.to_owned(),
    }
}

/// Note on customers that no figure includes.
pub(crate) fn excluded_note(week: &WeeklyReport) -> Option<String> {
    let people = |number: usize| count(u32::try_from(number).unwrap_or(u32::MAX), "customer", "customers");
    let unscored = (week.without_score > 0).then(|| format!("{} without a score", people(week.without_score)));
    let foreign = (week.in_other_currencies > 0)
        .then(|| format!("{} paying in another currency", people(week.in_other_currencies)));
    let parts: Vec<String> = unscored.into_iter().chain(foreign).collect();
    (!parts.is_empty()).then(|| format!("In no sum: {}.", parts.join("; ")))
}

pub(crate) fn at_risk_share(week: &WeeklyReport) -> Option<Decimal> {
    let total = week.total_mrr.decimal();
    (!total.is_zero()).then(|| week.value_at_risk.decimal() / total)
}

/// Kinds of movements with their totals, including zeros.
pub(crate) fn movement_kinds(revenue: &WeeklyRevenue) -> Vec<(&'static str, JsonDecimal)> {
    let mut kinds = vec![
        ("New business", revenue.new_business),
        ("Expansion", revenue.expansion),
        ("Reactivation", revenue.reactivation),
        ("Contraction", revenue.contraction),
        ("Churn", revenue.churn),
    ];
    if !revenue.other.decimal().is_zero() {
        kinds.push(("Other", revenue.other));
    }
    kinds
}

pub(crate) fn signed_money(sum: JsonDecimal, currency: Currency) -> String {
    let sign = if sum.decimal() > Decimal::ZERO { "+" } else { "" };
    format!("{sign}{}", format::money(sum, currency))
}
