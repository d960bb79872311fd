//! Deals from a file of a spreadsheet or CRM: what a person uploads, how its columns are understood, and what would
//! change, shown before anything is written.
//!
//! The way of a file, every step a pure function:
//!
//! 1. [`file::read`]: bytes → [`table::Table`], whatever the format, alphabet and separator
//! 2. [`mapping::guess`]: headers → [`mapping::Mapping`], which a person may adjust
//! 3. [`line::read`]: table and mapping → [`line::Lines`], cells as values, problems noted
//! 4. [`plan::plan`]: existing deals, lines and [`choices::Choices`] → [`plan::Plan`]: new, changed, identical, refused
//! 5. [`refused::write`]: the refused lines as a file to mend and upload again
//! 6. [`carry_out::steps`]: a plan → the changes that carry it out, each new row with a key of its own
//! 7. [`log::ImportLog`] and [`undo::steps`]: what the audit log says about an import → the changes that take it back
//!
//! [`sent`] reads what a form says about mapping and choices; [`prepared::prepare`] goes the steps 2 to 4 at once. Elsewhere:
//! pages, command line, and the work itself ([`importer`](super::importer)).

pub mod answer;
pub mod carry_out;
pub mod change;
pub mod choices;
mod delimited;
mod encoding;
pub mod field;
pub mod file;
mod header;
pub mod line;
pub mod log;
pub mod mapping;
pub mod matching;
pub mod note;
mod percent;
pub mod plan;
pub mod prepared;
pub mod reason;
pub mod refused;
pub mod sent;
pub mod step;
pub mod table;
pub mod undo;
mod workbook;

/// Name under which [`DEMO`] is downloaded.
pub const DEMO_NAME: &str = "crm_prospects_demo.csv";

/// A file to try the import with, as French Excel writes it: forty deals in every stage but the optional one, two of
/// them with a mistake.
pub const DEMO: &[u8] = include_bytes!("../crm_prospects_demo.csv");

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod plan_tests;
