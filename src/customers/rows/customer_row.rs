//! Tab `unified_customers`: one row per customer.

mod reading;

use std::{collections::HashMap, sync::OnceLock};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    cells::{self, Cells},
    ledger::RowCells,
    place,
};
use crate::{
    customers::{
        amount::{Amount, Currency},
        customer::{Customer, CustomerId, Health, Profile, Revenue, Standing},
        email::Email,
        search::{SearchTexts, texts_of},
    },
    finding::{Effect, Finding},
    language::sort_key,
    store::{Column, Dataset, Decoding, Entry, History, Ids, Kind, Tab, TabLink, TabRows},
};

const COLUMNS: &[Column] = &[
    Column::new("id", Kind::Text),
    Column::new("email", Kind::Text),
    Column::new("other_emails", Kind::Text),
    Column::new("name", Kind::Text),
    Column::new("company", Kind::Text),
    Column::new("phone", Kind::Text),
    Column::new("country", Kind::Text),
    Column::new("account_manager", Kind::Text),
    Column::new("lifecycle_stage", Kind::Text),
    Column::new("plan", Kind::Text),
    Column::new("subscription_status", Kind::Text),
    Column::new("delinquent", Kind::Text),
    Column::new("mrr", Kind::Amount),
    Column::new("arr", Kind::Amount),
    Column::new("ltv", Kind::Amount),
    Column::new("currency", Kind::Text),
    Column::new("mrr_source", Kind::Text),
    Column::new("ltv_source", Kind::Text),
    Column::new("ltv_currency", Kind::Text),
    Column::new("other_currencies", Kind::Text),
    Column::new("open_pipeline", Kind::Amount),
    Column::new("pipeline_currency", Kind::Text),
    Column::new("customer_since", Kind::DateTime),
    Column::new("signed_up_at", Kind::DateTime),
    Column::new("last_seen_at", Kind::DateTime),
    Column::new("logins", Kind::Integer),
    Column::new("credits", Kind::Integer),
    Column::new("exports", Kind::Integer),
    Column::new("sources", Kind::Text),
    Column::new("intercom_user_id", Kind::Text),
    Column::new("last_intercom_sync", Kind::DateTime),
    Column::new("hubspot_contact_id", Kind::Text),
    Column::new("last_hubspot_sync", Kind::DateTime),
    Column::new("calendly_invitee_id", Kind::Text),
    Column::new("last_calendly_sync", Kind::DateTime),
    Column::new("userflow_user_id", Kind::Text),
    Column::new("last_userflow_sync", Kind::DateTime),
    Column::new("fathom_guest_id", Kind::Text),
    Column::new("last_fathom_sync", Kind::DateTime),
    Column::new("dashboard_user_id", Kind::Text),
    Column::new("last_dashboard_sync", Kind::DateTime),
    Column::new("chartmogul_customer_id", Kind::Text),
    Column::new("last_chartmogul_sync", Kind::DateTime),
    Column::new("stripe_customer_id", Kind::Text),
    Column::new("last_stripe_sync", Kind::DateTime),
    Column::new("health_score", Kind::Integer),
    Column::new("health_status", Kind::Text),
    Column::new("coverage", Kind::Percent),
    Column::new("churn_risk", Kind::Percent),
    Column::new("standing", Kind::Text),
    Column::new("merged_into", Kind::Text),
    Column::new("created_at", Kind::DateTime),
    Column::new("updated_at", Kind::DateTime),
];

/// One row per customer.
pub static UNIFIED_CUSTOMERS: Tab = Tab {
    title: "unified_customers",
    columns: COLUMNS,
    ids: Ids::Given,
    history: History::NotKept,
    updated_at: None,
};

/// Column of `email`.
pub const EMAIL: usize = place(COLUMNS, "email");
const OTHER_EMAILS: usize = place(COLUMNS, "other_emails");
const NAME: usize = place(COLUMNS, "name");
const COMPANY: usize = place(COLUMNS, "company");
const PHONE: usize = place(COLUMNS, "phone");
const COUNTRY: usize = place(COLUMNS, "country");
const ACCOUNT_MANAGER: usize = place(COLUMNS, "account_manager");
const LIFECYCLE_STAGE: usize = place(COLUMNS, "lifecycle_stage");
const PLAN: usize = place(COLUMNS, "plan");
const SUBSCRIPTION_STATUS: usize = place(COLUMNS, "subscription_status");
const DELINQUENT: usize = place(COLUMNS, "delinquent");
/// Column of `mrr`.
pub const MRR: usize = place(COLUMNS, "mrr");
const ARR: usize = place(COLUMNS, "arr");
const LTV: usize = place(COLUMNS, "ltv");
/// Column of `currency`, the currency of `mrr` and `arr`.
pub const CURRENCY: usize = place(COLUMNS, "currency");
const MRR_SOURCE: usize = place(COLUMNS, "mrr_source");
const LTV_SOURCE: usize = place(COLUMNS, "ltv_source");
const LTV_CURRENCY: usize = place(COLUMNS, "ltv_currency");
const OTHER_CURRENCIES: usize = place(COLUMNS, "other_currencies");
const OPEN_PIPELINE: usize = place(COLUMNS, "open_pipeline");
const PIPELINE_CURRENCY: usize = place(COLUMNS, "pipeline_currency");
const CUSTOMER_SINCE: usize = place(COLUMNS, "customer_since");
const SIGNED_UP_AT: usize = place(COLUMNS, "signed_up_at");
const LAST_SEEN_AT: usize = place(COLUMNS, "last_seen_at");
const LOGINS: usize = place(COLUMNS, "logins");
const CREDITS: usize = place(COLUMNS, "credits");
const EXPORTS: usize = place(COLUMNS, "exports");
const SOURCES: usize = place(COLUMNS, "sources");
/// Column of `health_score`.
pub const HEALTH_SCORE: usize = place(COLUMNS, "health_score");
/// Column of `health_status`.
pub const HEALTH_STATUS: usize = place(COLUMNS, "health_status");
/// Column of `coverage`.
pub const COVERAGE: usize = place(COLUMNS, "coverage");
/// Column of `churn_risk`.
pub const CHURN_RISK: usize = place(COLUMNS, "churn_risk");
const STANDING: usize = place(COLUMNS, "standing");
const MERGED_INTO: usize = place(COLUMNS, "merged_into");
const CREATED_AT: usize = place(COLUMNS, "created_at");
/// Column of `updated_at`: time of the last change to another cell of the row.
pub const UPDATED_AT: usize = place(COLUMNS, "updated_at");

/// Source name and its two columns: vendor ids and time of the last sync. Sources without columns appear in `sources`
/// only.
const GROUPS: &[(&str, usize, usize)] = &[
    (
        "intercom",
        place(COLUMNS, "intercom_user_id"),
        place(COLUMNS, "last_intercom_sync"),
    ),
    (
        "hubspot",
        place(COLUMNS, "hubspot_contact_id"),
        place(COLUMNS, "last_hubspot_sync"),
    ),
    (
        "calendly",
        place(COLUMNS, "calendly_invitee_id"),
        place(COLUMNS, "last_calendly_sync"),
    ),
    (
        "userflow",
        place(COLUMNS, "userflow_user_id"),
        place(COLUMNS, "last_userflow_sync"),
    ),
    (
        "fathom",
        place(COLUMNS, "fathom_guest_id"),
        place(COLUMNS, "last_fathom_sync"),
    ),
    (
        "dashboard",
        place(COLUMNS, "dashboard_user_id"),
        place(COLUMNS, "last_dashboard_sync"),
    ),
    (
        "chartmogul",
        place(COLUMNS, "chartmogul_customer_id"),
        place(COLUMNS, "last_chartmogul_sync"),
    ),
    (
        "stripe",
        place(COLUMNS, "stripe_customer_id"),
        place(COLUMNS, "last_stripe_sync"),
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
    places: HashMap<CustomerId, usize>,
    by_email: HashMap<String, usize>,
    /// Indices of the active customers, in name order.
    by_name: Vec<u32>,
    search: OnceLock<SearchTexts>,
}

impl CustomerRows {
    /// Customer with this id.
    pub fn by_id(&self, id: &CustomerId) -> Option<&Customer> {
        self.places.get(id).map(|place| &self.customers[*place])
    }

    /// Customer with this main or other email address; an active one takes precedence.
    pub fn by_email(&self, email: &Email) -> Option<&Customer> {
        self.by_email.get(email.key()).map(|place| &self.customers[*place])
    }

    /// Link to the cells of a customer; to the whole tab without a row.
    pub fn link_of(&self, id: &CustomerId) -> String {
        let place = self.places.get(id);
        place.map_or_else(|| self.link.tab(), |place| self.link.row(self.numbers[*place]))
    }

    /// Active customers, in sheet order.
    pub fn current(&self) -> impl Iterator<Item = &Customer> {
        self.customers.iter().filter(|customer| customer.is_current())
    }

    /// Active customers in name order, each with its index in `customers`.
    pub fn current_by_name(&self) -> impl Iterator<Item = (u32, &Customer)> {
        self.by_name.iter().map(|place| (*place, self.at(*place)))
    }

    /// Customer at an index.
    pub fn at(&self, place: u32) -> &Customer {
        &self.customers[place as usize]
    }

    /// Search texts in row order, computed on first use.
    pub fn search_texts(&self) -> &SearchTexts {
        self.search.get_or_init(|| texts_of(&self.customers))
    }

    /// Findings for amounts that no total includes because they are not in `currency`.
    pub fn in_other_currencies(&self, currency: Currency) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (customer, number) in self.customers.iter().zip(&self.numbers) {
            let row = self.rows.row(*number);
            if let Some(mrr) = foreign_mrr(customer, currency) {
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
        let of_one = |customer: &Customer| {
            let foreign = foreign_mrr(customer, currency).is_some();
            usize::from(foreign) + usize::from(!customer.revenue.other_currencies.is_empty())
        };
        self.customers.iter().map(of_one).sum()
    }

    fn of(rows: TabRows, decoding: &mut Decoding) -> Self {
        let mut read: Vec<(u32, Customer)> = Vec::with_capacity(rows.len());
        let mut places: HashMap<CustomerId, usize> = HashMap::with_capacity(rows.len());
        for row in rows.rows() {
            let Some(customer) = reading::read_row(row, decoding) else {
                continue;
            };
            if let Some(first) = places.get(&customer.id) {
                let reason = format!(
                    "Row {} has the same id and counts; delete one of the two.",
                    read[*first].0
                );
                Cells::of(row, decoding).exclude(0, reason);
                continue;
            }
            places.insert(customer.id.clone(), read.len());
            read.push((row.number, customer));
        }
        let (numbers, customers): (Vec<u32>, Vec<Customer>) = read.into_iter().unzip();
        Self {
            by_email: by_email(&customers),
            by_name: by_name(&customers),
            link: rows.link().clone(),
            customers,
            numbers,
            rows,
            places,
            search: OnceLock::new(),
        }
    }
}

/// Monthly revenue of a customer, if it is in another currency.
fn foreign_mrr(customer: &Customer, currency: Currency) -> Option<Amount> {
    let mrr = customer.revenue.mrr?;
    (mrr.currency != currency && !mrr.units.is_zero()).then_some(mrr)
}

fn by_name(customers: &[Customer]) -> Vec<u32> {
    // A spreadsheet has fewer than 2³² rows.
    let current = (0_u32..).zip(customers).filter(|(_, customer)| customer.is_current());
    let mut named: Vec<((String, String), &CustomerId, u32)> = current
        .map(|(place, customer)| (sort_key(customer.title()), &customer.id, place))
        .collect();
    named.sort_unstable();
    named.into_iter().map(|(_, _, place)| place).collect()
}

fn by_email(customers: &[Customer]) -> HashMap<String, usize> {
    let mut by_email = HashMap::with_capacity(customers.len());
    for wanted in [true, false] {
        for (place, customer) in customers
            .iter()
            .enumerate()
            .filter(|(_, one)| one.is_current() == wanted)
        {
            for email in customer.emails() {
                by_email.entry(email.key().to_owned()).or_insert(place);
            }
        }
    }
    by_email
}

impl Dataset for CustomerRows {
    const TABS: &'static [&'static Tab] = &[&UNIFIED_CUSTOMERS];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let [rows] =
            <[TabRows; 1]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        Self::of(rows, decoding)
    }
}

/// Cells that a sync writes: all but id, health and the two times.
pub fn cells_of(customer: &Customer, zone: &TimeZone) -> RowCells {
    let mut cells = profile_cells(&customer.profile, zone);
    cells.extend(revenue_cells(&customer.revenue));
    let (standing, merged_into) = match &customer.standing {
        Standing::Current => ("current", None),
        Standing::Merged { into } => ("merged", Some(into.as_str())),
        Standing::Gone => ("gone", None),
    };
    let names = customer.sources.iter().map(|mark| mark.source.as_str());
    cells.extend([
        (EMAIL, cells::text_of(customer.email.as_ref().map(Email::as_written))),
        (OTHER_EMAILS, cells::lines(&customer.other_emails)),
        (SOURCES, cells::text(&names.collect::<Vec<_>>().join(", "))),
        (STANDING, cells::text(standing)),
        (MERGED_INTO, cells::text_of(merged_into)),
    ]);
    for (source, ids, synced_at) in GROUPS {
        let mark = customer.sources.iter().find(|mark| mark.source == *source);
        cells.push((*ids, mark.map_or(Entry::Empty, |mark| cells::lines(&mark.ids))));
        let at = mark.and_then(|mark| mark.synced_at);
        cells.push((*synced_at, cells::instant(at, zone)));
    }
    cells
}

/// Cells with the time of a change; for a new row also the time of creation.
pub fn stamps(now: Timestamp, is_new: bool, zone: &TimeZone) -> RowCells {
    let now = cells::instant(Some(now), zone);
    if is_new {
        vec![(CREATED_AT, now.clone()), (UPDATED_AT, now)]
    } else {
        vec![(UPDATED_AT, now)]
    }
}

/// Cells with the result of the health rules.
pub fn health_cells(health: &Health) -> RowCells {
    vec![
        (HEALTH_SCORE, cells::number(health.score)),
        (HEALTH_STATUS, cells::text_of(health.status.as_deref())),
        (COVERAGE, cells::number(health.coverage)),
        (CHURN_RISK, cells::number(health.churn_risk)),
    ]
}

fn profile_cells(profile: &Profile, zone: &TimeZone) -> RowCells {
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

fn revenue_cells(revenue: &Revenue) -> RowCells {
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
