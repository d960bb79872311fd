//! Deals board: pipeline, deadlines, stale deals, sales figures, import and reminders.
//!
//! The rows are in the tabs `deals` and `deal_pauses` ([`rows`], decoded by [`deal_row`]). Staff may edit anything
//! there; cells that contradict the rules are corrected ([`correction`]) or reported as findings. [`change`] turns
//! edits into changes of the spreadsheet.
//!
//! The rules are pure functions of deals: [`kpis`], [`funnel`], [`sectors`], [`deadlines`], [`cold`], [`filter`] with
//! [`order`], [`performance`], [`velocity`] over [`history`], [`what_if`]. `docs/directives/deals.md` describes them in
//! plain words, with worked examples that the tests check. [`answers`] holds the JSON responses.

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
