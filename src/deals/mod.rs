//! The founder's dashboard: deals, their stages and amounts, what is late and what it all is worth.
//!
//! The rows are in the tab `deals`, those set aside for a while in `deal_pauses` ([`rows`], read one by one in
//! [`deal_row`]). Staff may change anything there; what does not follow the rules is put right ([`correction`]) or told
//! (findings). [`change`] makes changes of the spreadsheet out of what people do.
//!
//! The rules, each a pure function of deals: [`kpis`], [`funnel`], [`sectors`], [`deadlines`], [`cold`], [`filter`] with
//! [`order`], [`performance`], [`velocity`] over [`history`], [`what_if`]. In plain words, with worked examples that the
//! tests check, they are in `docs/directives/deals.md`. [`answers`] puts them together for programs.

pub mod alerts;
pub mod amount;
pub mod answers;
pub mod change;
pub mod cold;
mod correcting;
pub mod correction;
pub mod day;
pub mod deadlines;
pub mod deal;
pub mod deal_row;
pub mod desk;
#[cfg(test)]
mod directive_tests;
mod editing;
#[cfg(test)]
mod figures_tests;
pub mod filter;
#[cfg(test)]
mod fixture;
pub mod funnel;
pub mod grouping;
pub mod history;
pub mod import;
pub mod importer;
pub mod kpis;
pub mod levers;
pub mod listing;
pub mod log;
pub mod order;
pub mod overview;
mod pages;
pub mod pause;
pub mod performance;
pub mod reminder_texts;
pub mod reminders;
pub mod reminding;
pub mod rows;
pub mod rules;
#[cfg(test)]
mod sales_tests;
pub mod search;
pub mod sectors;
pub mod share;
pub mod sheet;
pub mod stage;
pub mod submission;
pub mod subset;
pub mod velocity;
mod view;
pub mod what_if;

pub use cold::ColdAfter;
pub use desk::{Deals, Parts};
pub use importer::Importer;
pub use pages::{BOARD, router};
pub use reminding::Reminders;
pub use rules::Rules;
pub use stage::LostStage;
