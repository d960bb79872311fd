//! The answers of the board as values: who is where, and what each integration reached.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

/// The days a board looks at, both ends included, in the configured time zone. `None` is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Period {
    /// First day that counts.
    pub from: Option<Date>,
    /// Last day that counts, to its last instant.
    pub to: Option<Date>,
}

/// One line of the ranking by CSM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CsmStanding {
    /// 1 for the most credited integrations; equal counts share a rank ("1, 2, 2, 4").
    pub rank: u32,
    /// Name as it is written most often.
    pub csm: String,
    /// Credited company–integration pairs within the period.
    pub integrations: u32,
    /// Distinct companies among those pairs.
    pub companies: u32,
    /// Valid submissions within the period, credited or not.
    pub submissions: u32,
    /// Credits for integrations that the catalog does not know, not part of `integrations`.
    pub outside_catalog: u32,
    /// Instant of the latest credit within the period.
    pub last_point_at: Option<Timestamp>,
    /// Places won (positive) or lost since a week ago; `None` for one who was not listed then.
    pub movement: Option<i32>,
}

/// One line of the overview by integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceStanding {
    /// Name as the catalog writes it, or as typed when the catalog does not know it.
    pub integration: String,
    /// Distinct companies credited with it within the period.
    pub companies: u32,
    /// Valid claims that name it within the period, credited or not.
    pub claims: u32,
    /// `companies` as a share of all credits within the period, in thousandths (0–1000).
    pub share_permille: u32,
    /// How the catalog sees it.
    pub kind: ServiceKind,
}

/// How the catalog sees an integration that stands in the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    /// Offered on the form.
    Offered,
    /// No longer offered; its history counts.
    Retired,
    /// Not in the catalog; shown and counted apart.
    OutsideCatalog,
}
