//! Decoding of a row into a customer.

use customer_sources::amount::{Amount, Currency};
use sheets_store::{DecodeContext, TabRow};

use crate::{
    customer::{
        Customer, CustomerHealth, CustomerId, CustomerProfile, CustomerRevenue, CustomerStatus, LinkedSource,
        rows::{
            ACCOUNT_MANAGER, CHURN_RISK, COMPANY, COUNTRY, COVERAGE, CREATED_AT, CREDITS, CURRENCY, CUSTOMER_SINCE,
            DELINQUENT, EMAIL, EXPORTS, HEALTH_SCORE, HEALTH_STATUS, LAST_SEEN_AT, LIFECYCLE_STAGE, LOGINS, LTV,
            LTV_CURRENCY, LTV_SOURCE, MERGED_INTO, MRR, MRR_SOURCE, NAME, OPEN_PIPELINE, OTHER_CURRENCIES,
            OTHER_EMAILS, PHONE, PIPELINE_CURRENCY, PLAN, SIGNED_UP_AT, SOURCE_COLUMNS, SOURCES, STANDING,
            SUBSCRIPTION_STATUS, UPDATED_AT,
        },
    },
    tabs::cells::CellReader,
};

pub(crate) fn decode_row(row: TabRow<'_>, decoding: &mut DecodeContext) -> Option<Customer> {
    let mut cells = CellReader::of(row, decoding);
    let Some(id) = cells.text(0) else {
        cells.exclude(
            0,
            "The row has no id, so it is no customer; the rows are derived from source_records. Delete it.",
        );
        return None;
    };
    let emails = cells.emails(EMAIL);
    Some(Customer {
        id: CustomerId::new(id),
        email: emails.into_iter().next(),
        other_emails: cells.emails(OTHER_EMAILS),
        profile: decode_profile(&mut cells),
        revenue: decode_revenue(&mut cells),
        sources: decode_sources(&mut cells),
        health: CustomerHealth {
            score: cells.number(HEALTH_SCORE),
            status: cells.text(HEALTH_STATUS),
            coverage: cells.number(COVERAGE),
            churn_risk: cells.number(CHURN_RISK),
        },
        status: match (cells.text(STANDING).as_deref(), cells.text(MERGED_INTO)) {
            (Some("merged"), Some(into)) => CustomerStatus::Merged {
                into: CustomerId::new(into),
            },
            (Some("gone"), _) => CustomerStatus::Gone,
            _ => CustomerStatus::Current,
        },
        created_at: cells.instant(CREATED_AT),
        updated_at: cells.instant(UPDATED_AT),
    })
}

fn decode_profile(cells: &mut CellReader<'_>) -> CustomerProfile {
    CustomerProfile {
        name: cells.text(NAME),
        company: cells.text(COMPANY),
        phone: cells.text(PHONE),
        country: cells.text(COUNTRY),
        account_manager: cells.text(ACCOUNT_MANAGER),
        lifecycle_stage: cells.text(LIFECYCLE_STAGE),
        plan: cells.text(PLAN),
        subscription_status: cells.text(SUBSCRIPTION_STATUS),
        delinquent: cells.flag(DELINQUENT),
        customer_since: cells.instant(CUSTOMER_SINCE),
        signed_up_at: cells.instant(SIGNED_UP_AT),
        last_seen_at: cells.instant(LAST_SEEN_AT),
        logins: cells.number(LOGINS),
        credits: cells.number(CREDITS),
        exports: cells.number(EXPORTS),
    }
}

fn decode_revenue(cells: &mut CellReader<'_>) -> CustomerRevenue {
    CustomerRevenue {
        mrr: cells.amount(MRR, CURRENCY),
        mrr_source: cells.text(MRR_SOURCE),
        ltv: cells.amount(LTV, LTV_CURRENCY),
        ltv_source: cells.text(LTV_SOURCE),
        other_currencies: cells
            .lines(OTHER_CURRENCIES)
            .iter()
            .filter_map(|line| parse_amount(line))
            .collect(),
        open_pipeline: cells.amount(OPEN_PIPELINE, PIPELINE_CURRENCY),
    }
}

/// Parses an amount such as `12.5 USD`.
fn parse_amount(text: &str) -> Option<Amount> {
    let (units, currency) = text.split_once(' ')?;
    Some(Amount {
        units: units.parse().ok()?,
        currency: Currency::of(currency)?,
    })
}

fn decode_sources(cells: &mut CellReader<'_>) -> Vec<LinkedSource> {
    let names = cells.text(SOURCES).unwrap_or_default();
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    let linked_source = |name: &str| {
        let group = SOURCE_COLUMNS.iter().find(|(source, _, _)| *source == name);
        LinkedSource {
            source: name.to_owned(),
            ids: group.map(|(_, ids, _)| cells.lines(*ids)).unwrap_or_default(),
            synced_at: group.and_then(|(_, _, synced_at)| cells.instant(*synced_at)),
        }
    };
    names.map(linked_source).collect()
}
