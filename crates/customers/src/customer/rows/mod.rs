//! Tab `unified_customers`: one row per customer.

pub(crate) mod decode;

use std::{collections::HashMap, sync::OnceLock};

use customer_sources::{
    amount::{Amount, Currency},
    email::Email,
};
use domain::{language::sort_key, search::SearchIndex};
use jiff::{Timestamp, tz::TimeZone};
use sheets_store::{
    CellEntry, ChangeHistory, Column, ColumnKind, Dataset, DecodeContext, IdSource, Tab, TabLink, TabRows,
    finding::{Effect, Finding},
};

use crate::{
    customer::{
        Customer, CustomerHealth, CustomerId, CustomerProfile, CustomerRevenue, CustomerStatus, build_search_texts,
    },
    tabs::{
        cells::{self, CellReader},
        columns::column_index,
        row_changes::RowCells,
    },
};

const COLUMNS: &[Column] = &[
    Column::new("id", ColumnKind::Text),
    Column::new("email", ColumnKind::Text),
    Column::new("other_emails", ColumnKind::Text),
    Column::new("name", ColumnKind::Text),
    Column::new("company", ColumnKind::Text),
    Column::new("phone", ColumnKind::Text),
    Column::new("country", ColumnKind::Text),
    Column::new("account_manager", ColumnKind::Text),
    Column::new("lifecycle_stage", ColumnKind::Text),
    Column::new("plan", ColumnKind::Text),
    Column::new("subscription_status", ColumnKind::Text),
    Column::new("delinquent", ColumnKind::Text),
    Column::new("mrr", ColumnKind::Amount),
    Column::new("arr", ColumnKind::Amount),
    Column::new("ltv", ColumnKind::Amount),
    Column::new("currency", ColumnKind::Text),
    Column::new("mrr_source", ColumnKind::Text),
    Column::new("ltv_source", ColumnKind::Text),
    Column::new("ltv_currency", ColumnKind::Text),
    Column::new("other_currencies", ColumnKind::Text),
    Column::new("open_pipeline", ColumnKind::Amount),
    Column::new("pipeline_currency", ColumnKind::Text),
    Column::new("customer_since", ColumnKind::DateTime),
    Column::new("signed_up_at", ColumnKind::DateTime),
    Column::new("last_seen_at", ColumnKind::DateTime),
    Column::new("logins", ColumnKind::Integer),
    Column::new("credits", ColumnKind::Integer),
    Column::new("exports", ColumnKind::Integer),
    Column::new("sources", ColumnKind::Text),
    Column::new("intercom_user_id", ColumnKind::Text),
    Column::new("last_intercom_sync", ColumnKind::DateTime),
    Column::new("hubspot_contact_id", ColumnKind::Text),
    Column::new("last_hubspot_sync", ColumnKind::DateTime),
    Column::new("calendly_invitee_id", ColumnKind::Text),
    Column::new("last_calendly_sync", ColumnKind::DateTime),
    Column::new("userflow_user_id", ColumnKind::Text),
    Column::new("last_userflow_sync", ColumnKind::DateTime),
    Column::new("fathom_guest_id", ColumnKind::Text),
    Column::new("last_fathom_sync", ColumnKind::DateTime),
    Column::new("dashboard_user_id", ColumnKind::Text),
    Column::new("last_dashboard_sync", ColumnKind::DateTime),
    Column::new("chartmogul_customer_id", ColumnKind::Text),
    Column::new("last_chartmogul_sync", ColumnKind::DateTime),
    Column::new("stripe_customer_id", ColumnKind::Text),
    Column::new("last_stripe_sync", ColumnKind::DateTime),
    Column::new("health_score", ColumnKind::Integer),
    Column::new("health_status", ColumnKind::Text),
    Column::new("coverage", ColumnKind::Percent),
    Column::new("churn_risk", ColumnKind::Percent),
    Column::new("standing", ColumnKind::Text),
    Column::new("merged_into", ColumnKind::Text),
    Column::new("created_at", ColumnKind::DateTime),
    Column::new("updated_at", ColumnKind::DateTime),
];

/// One row per customer.
pub static UNIFIED_CUSTOMERS: Tab = Tab {
    title: "unified_customers",
    columns: COLUMNS,
    ids: IdSource::Given,
    history: ChangeHistory::NotKept,
    updated_at: None,
};

/// Column of `email`.
pub const EMAIL: usize = column_index(COLUMNS, "email");
const OTHER_EMAILS: usize = column_index(COLUMNS, "other_emails");
const NAME: usize = column_index(COLUMNS, "name");
const COMPANY: usize = column_index(COLUMNS, "company");
const PHONE: usize = column_index(COLUMNS, "phone");
const COUNTRY: usize = column_index(COLUMNS, "country");
const ACCOUNT_MANAGER: usize = column_index(COLUMNS, "account_manager");
const LIFECYCLE_STAGE: usize = column_index(COLUMNS, "lifecycle_stage");
const PLAN: usize = column_index(COLUMNS, "plan");
const SUBSCRIPTION_STATUS: usize = column_index(COLUMNS, "subscription_status");
const DELINQUENT: usize = column_index(COLUMNS, "delinquent");
/// Column of `mrr`.
pub const MRR: usize = column_index(COLUMNS, "mrr");
const ARR: usize = column_index(COLUMNS, "arr");
const LTV: usize = column_index(COLUMNS, "ltv");
/// Column of `currency`, the currency of `mrr` and `arr`.
pub const CURRENCY: usize = column_index(COLUMNS, "currency");
const MRR_SOURCE: usize = column_index(COLUMNS, "mrr_source");
const LTV_SOURCE: usize = column_index(COLUMNS, "ltv_source");
const LTV_CURRENCY: usize = column_index(COLUMNS, "ltv_currency");
const OTHER_CURRENCIES: usize = column_index(COLUMNS, "other_currencies");
const OPEN_PIPELINE: usize = column_index(COLUMNS, "open_pipeline");
const PIPELINE_CURRENCY: usize = column_index(COLUMNS, "pipeline_currency");
const CUSTOMER_SINCE: usize = column_index(COLUMNS, "customer_since");
const SIGNED_UP_AT: usize = column_index(COLUMNS, "signed_up_at");
const LAST_SEEN_AT: usize = column_index(COLUMNS, "last_seen_at");
const LOGINS: usize = column_index(COLUMNS, "logins");
const CREDITS: usize = column_index(COLUMNS, "credits");
const EXPORTS: usize = column_index(COLUMNS, "exports");
const SOURCES: usize = column_index(COLUMNS, "sources");
/// Column of `health_score`.
pub const HEALTH_SCORE: usize = column_index(COLUMNS, "health_score");
/// Column of `health_status`.
pub const HEALTH_STATUS: usize = column_index(COLUMNS, "health_status");
/// Column of `coverage`.
pub const COVERAGE: usize = column_index(COLUMNS, "coverage");
/// Column of `churn_risk`.
pub const CHURN_RISK: usize = column_index(COLUMNS, "churn_risk");
const STANDING: usize = column_index(COLUMNS, "standing");
const MERGED_INTO: usize = column_index(COLUMNS, "merged_into");
const CREATED_AT: usize = column_index(COLUMNS, "created_at");
/// Column of `updated_at`: time of the last change to another cell of the row.
pub const UPDATED_AT: usize = column_index(COLUMNS, "updated_at");

/// Source name and its two columns: vendor ids and time of the last sync. Sources without columns appear in `sources`
/// only.
const SOURCE_COLUMNS: &[(&str, usize, usize)] = &[
    (
        "intercom",
        column_index(COLUMNS, "intercom_user_id"),
        column_index(COLUMNS, "last_intercom_sync"),
    ),
    (
        "hubspot",
        column_index(COLUMNS, "hubspot_contact_id"),
        column_index(COLUMNS, "last_hubspot_sync"),
    ),
    (
        "calendly",
        column_index(COLUMNS, "calendly_invitee_id"),
        column_index(COLUMNS, "last_calendly_sync"),
    ),
    (
        "userflow",
        column_index(COLUMNS, "userflow_user_id"),
        column_index(COLUMNS, "last_userflow_sync"),
    ),
    (
        "fathom",
        column_index(COLUMNS, "fathom_guest_id"),
        column_index(COLUMNS, "last_fathom_sync"),
    ),
    (
        "dashboard",
        column_index(COLUMNS, "dashboard_user_id"),
        column_index(COLUMNS, "last_dashboard_sync"),
    ),
    (
        "chartmogul",
        column_index(COLUMNS, "chartmogul_customer_id"),
        column_index(COLUMNS, "last_chartmogul_sync"),
    ),
    (
        "stripe",
        column_index(COLUMNS, "stripe_customer_id"),
        column_index(COLUMNS, "last_stripe_sync"),
    ),
];

/// Customers whose rows could be decoded.
#[derive(Debug)]
pub struct CustomerRows {
    /// Customers in sheet order, including merged and gone ones.
    pub customers: Vec<Customer>,
    /// Row number of each customer, as shown in the spreadsheet.
    pub numbers: Vec<u32>,
    /// Links to the cells.
    pub link: TabLink,
    /// Raw rows.
    pub rows: TabRows,
    by_id: HashMap<CustomerId, usize>,
    by_email: HashMap<String, usize>,
    /// Indices of the active customers, in name order.
    by_name: Vec<u32>,
    search: OnceLock<SearchIndex>,
}

impl CustomerRows {
    /// Customer with this id.
    pub fn by_id(&self, id: &CustomerId) -> Option<&Customer> {
        self.by_id.get(id).map(|index| &self.customers[*index])
    }

    /// Customer with this main or other email address; an active one takes precedence.
    pub fn by_email(&self, email: &Email) -> Option<&Customer> {
        self.by_email.get(email.key()).map(|index| &self.customers[*index])
    }

    /// Link to the cells of a customer; to the whole tab without a row.
    pub fn link_of(&self, id: &CustomerId) -> String {
        let index = self.by_id.get(id);
        index.map_or_else(|| self.link.tab(), |index| self.link.row(self.numbers[*index]))
    }

    /// Active customers, in sheet order.
    pub fn current(&self) -> impl Iterator<Item = &Customer> {
        self.customers.iter().filter(|customer| customer.is_current())
    }

    /// Active customers in name order, each with its index in `customers`.
    pub fn current_by_name(&self) -> impl Iterator<Item = (u32, &Customer)> {
        self.by_name.iter().map(|index| (*index, self.at(*index)))
    }

    /// Customer at an index.
    pub fn at(&self, index: u32) -> &Customer {
        &self.customers[index as usize]
    }

    /// Search texts in row order, computed on first use.
    pub fn search_texts(&self) -> &SearchIndex {
        self.search.get_or_init(|| build_search_texts(&self.customers))
    }

    /// Findings for amounts that no total includes because they are not in `currency`.
    pub fn in_other_currencies(&self, currency: Currency) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (customer, number) in self.customers.iter().zip(&self.numbers) {
            let row = self.rows.row(*number);
            if let Some(mrr) = mrr_in_other_currency(customer, currency) {
                let reason = format!(
                    "{mrr} a month is in no sum, because sums are made in {currency}; amounts are not converted."
                );
                findings.push(row.finding(MRR, Effect::CountedApart, reason));
            }
            if !customer.revenue.other_currencies.is_empty() {
                let reason =
                    format!("These amounts a month are in no sum: only {currency} is, and amounts are not converted.");
                findings.push(row.finding(OTHER_CURRENCIES, Effect::CountedApart, reason));
            }
        }
        findings
    }

    /// Number of findings that [`Self::in_other_currencies`] returns.
    pub fn count_in_other_currencies(&self, currency: Currency) -> usize {
        let count_one = |customer: &Customer| {
            let foreign = mrr_in_other_currency(customer, currency).is_some();
            usize::from(foreign) + usize::from(!customer.revenue.other_currencies.is_empty())
        };
        self.customers.iter().map(count_one).sum()
    }

    fn of(rows: TabRows, decoding: &mut DecodeContext) -> Self {
        let mut decoded: Vec<(u32, Customer)> = Vec::with_capacity(rows.len());
        let mut by_id: HashMap<CustomerId, usize> = HashMap::with_capacity(rows.len());
        for row in rows.rows() {
            let Some(customer) = decode::decode_row(row, decoding) else {
                continue;
            };
            if let Some(first) = by_id.get(&customer.id) {
                let reason = format!(
                    "Row {} has the same id and counts; delete one of the two.",
                    decoded[*first].0
                );
                CellReader::of(row, decoding).exclude(0, reason);
                continue;
            }
            by_id.insert(customer.id.clone(), decoded.len());
            decoded.push((row.number, customer));
        }
        let (numbers, customers): (Vec<u32>, Vec<Customer>) = decoded.into_iter().unzip();
        Self {
            by_email: by_email(&customers),
            by_name: by_name(&customers),
            link: rows.link().clone(),
            customers,
            numbers,
            rows,
            by_id,
            search: OnceLock::new(),
        }
    }
}

/// Monthly revenue of a customer, if it is in another currency.
fn mrr_in_other_currency(customer: &Customer, currency: Currency) -> Option<Amount> {
    let mrr = customer.revenue.mrr?;
    (mrr.currency != currency && !mrr.units.is_zero()).then_some(mrr)
}

fn by_name(customers: &[Customer]) -> Vec<u32> {
    // A spreadsheet has fewer than 2³² rows.
    let current = (0_u32..).zip(customers).filter(|(_, customer)| customer.is_current());
    let mut named: Vec<((String, String), &CustomerId, u32)> = current
        .map(|(index, customer)| (sort_key(customer.title()), &customer.id, index))
        .collect();
    named.sort_unstable();
    named.into_iter().map(|(_, _, index)| index).collect()
}

fn by_email(customers: &[Customer]) -> HashMap<String, usize> {
    let mut by_email = HashMap::with_capacity(customers.len());
    for wanted in [true, false] {
        for (index, customer) in customers
            .iter()
            .enumerate()
            .filter(|(_, one)| one.is_current() == wanted)
        {
            for email in customer.emails() {
                by_email.entry(email.key().to_owned()).or_insert(index);
            }
        }
    }
    by_email
}

impl Dataset for CustomerRows {
    const TABS: &'static [&'static Tab] = &[&UNIFIED_CUSTOMERS];

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let [rows] =
            <[TabRows; 1]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        Self::of(rows, decoding)
    }
}

/// Cells that a sync writes: all but id, health and the two times.
pub fn customer_cells(customer: &Customer, zone: &TimeZone) -> RowCells {
    let mut cells = profile_cells(&customer.profile, zone);
    cells.extend(revenue_cells(&customer.revenue));
    let (status, merged_into) = match &customer.status {
        CustomerStatus::Current => ("current", None),
        CustomerStatus::Merged { into } => ("merged", Some(into.as_str())),
        CustomerStatus::Gone => ("gone", None),
    };
    let names = customer
        .sources
        .iter()
        .map(|linked_source| linked_source.source.as_str());
    cells.extend([
        (EMAIL, cells::text_of(customer.email.as_ref().map(Email::as_written))),
        (OTHER_EMAILS, cells::lines(&customer.other_emails)),
        (SOURCES, cells::text(&names.collect::<Vec<_>>().join(", "))),
        (STANDING, cells::text(status)),
        (MERGED_INTO, cells::text_of(merged_into)),
    ]);
    for (source, ids, synced_at) in SOURCE_COLUMNS {
        let linked_source = customer
            .sources
            .iter()
            .find(|linked_source| linked_source.source == *source);
        cells.push((
            *ids,
            linked_source.map_or(CellEntry::Empty, |linked_source| cells::lines(&linked_source.ids)),
        ));
        let at = linked_source.and_then(|linked_source| linked_source.synced_at);
        cells.push((*synced_at, cells::instant(at, zone)));
    }
    cells
}

/// Cells with the time of a change; for a new row also the time of creation.
pub fn timestamp_cells(now: Timestamp, is_new: bool, zone: &TimeZone) -> RowCells {
    let now = cells::instant(Some(now), zone);
    if is_new {
        vec![(CREATED_AT, now.clone()), (UPDATED_AT, now)]
    } else {
        vec![(UPDATED_AT, now)]
    }
}

/// Cells with the result of the health rules.
pub fn health_cells(health: &CustomerHealth) -> RowCells {
    vec![
        (HEALTH_SCORE, cells::number(health.score)),
        (HEALTH_STATUS, cells::text_of(health.status.as_deref())),
        (COVERAGE, cells::number(health.coverage)),
        (CHURN_RISK, cells::number(health.churn_risk)),
    ]
}

fn profile_cells(profile: &CustomerProfile, zone: &TimeZone) -> RowCells {
    let text = |known: &Option<String>| cells::text_of(known.as_deref());
    vec![
        (NAME, text(&profile.name)),
        (COMPANY, text(&profile.company)),
        (PHONE, text(&profile.phone)),
        (COUNTRY, text(&profile.country)),
        (ACCOUNT_MANAGER, text(&profile.account_manager)),
        (LIFECYCLE_STAGE, text(&profile.lifecycle_stage)),
        (PLAN, text(&profile.plan)),
        (SUBSCRIPTION_STATUS, text(&profile.subscription_status)),
        (DELINQUENT, cells::flag(profile.delinquent)),
        (CUSTOMER_SINCE, cells::instant(profile.customer_since, zone)),
        (SIGNED_UP_AT, cells::instant(profile.signed_up_at, zone)),
        (LAST_SEEN_AT, cells::instant(profile.last_seen_at, zone)),
        (LOGINS, cells::number(profile.logins)),
        (CREDITS, cells::number(profile.credits)),
        (EXPORTS, cells::number(profile.exports)),
    ]
}

fn revenue_cells(revenue: &CustomerRevenue) -> RowCells {
    let code = |amount: Option<Amount>| cells::text_of(amount.as_ref().map(|amount| amount.currency.code()));
    vec![
        (MRR, cells::amount(revenue.mrr)),
        (ARR, cells::amount(revenue.arr())),
        (CURRENCY, code(revenue.mrr)),
        (MRR_SOURCE, cells::text_of(revenue.mrr_source.as_deref())),
        (LTV, cells::amount(revenue.ltv)),
        (LTV_CURRENCY, code(revenue.ltv)),
        (LTV_SOURCE, cells::text_of(revenue.ltv_source.as_deref())),
        (OTHER_CURRENCIES, cells::lines(&revenue.other_currencies)),
        (OPEN_PIPELINE, cells::amount(revenue.open_pipeline)),
        (PIPELINE_CURRENCY, code(revenue.open_pipeline)),
    ]
}
