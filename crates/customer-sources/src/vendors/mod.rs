//! Vendor clients, one file each, and their registry [`VENDORS`].

pub mod calendly;
pub mod chartmogul;
pub mod dashboard;
pub mod fathom;
pub mod hubspot;
pub mod intercom;
pub mod stripe;
pub mod userflow;

use crate::Vendor;

/// All vendors, in the order in which a sync of all sources reads them.
pub const VENDORS: &[&Vendor] = &[
    &intercom::VENDOR,
    &hubspot::VENDOR,
    &calendly::VENDOR,
    &userflow::VENDOR,
    &fathom::VENDOR,
    &dashboard::VENDOR,
    &chartmogul::VENDOR,
    &stripe::VENDOR,
];
