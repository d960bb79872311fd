//! Import of deals from a spreadsheet or CRM file: column mapping, preview and the changes to write.
//!
//! Nothing is written before a person has seen the preview. Each step is a pure function:
//!
//! 1. [`file::read`]: bytes → [`table::Table`], for every supported format, encoding and separator
//! 2. [`mapping::guess`]: headers → [`mapping::Mapping`], which a person may adjust
//! 3. [`line::read`]: table and mapping → [`line::Lines`]: cells parsed to values, with the problems found
//! 4. [`plan::plan`]: existing deals, lines and [`choices::Choices`] → [`plan::Plan`]: new, changed, identical, refused
//! 5. [`refused::write`]: the refused lines as a CSV file to correct and upload again
//! 6. [`carry_out::steps`]: a plan → the changes to write, each new row with its own idempotency key
//! 7. [`log::ImportLog`] and [`undo::steps`]: the audit log of an import → the changes that undo it
//!
//! [`sent`] parses the form fields for mapping and choices; [`prepared::prepare`] runs steps 2 to 4. The background job
//! is in [`importer`](super::importer).

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

/// Download name of [`DEMO`].
pub const DEMO_NAME: &str = "crm_prospects_demo.csv";

/// Sample file as French Excel writes it: forty deals in every stage but the optional one, two of them with a mistake.
pub const DEMO: &[u8] = include_bytes!("../crm_prospects_demo.csv");

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod plan_tests;
