//! Import of deals from a spreadsheet or CRM file: column mapping, preview and the changes to write.
//!
//! Nothing is written before a person has seen the preview. Each step is a pure function:
//!
//! 1. [`read`](crate::import::file::read): bytes → [`FileTable`](crate::import::file::table::FileTable), for every supported format, encoding and separator
//! 2. [`guess`](crate::import::mapping::guess): headers → [`ColumnMapping`](crate::import::mapping::ColumnMapping), which a person may adjust
//! 3. [`read`](crate::import::plan::lines::read): table and mapping → [`ParsedLines`](crate::import::plan::lines::ParsedLines): cells parsed to values, with the problems found
//! 4. [`plan`](crate::import::plan::plan): existing deals, lines and [`ImportOptions`](crate::import::plan::options::ImportOptions) → [`ImportPlan`](crate::import::plan::ImportPlan): new, changed, identical, refused
//! 5. [`write`](crate::import::plan::refused_lines::write): the refused lines as a CSV file to correct and upload again
//! 6. [`planned_changes`](crate::import::apply::planned_changes): a plan → the changes to write, each new row with its own idempotency key
//! 7. [`ImportLog`](crate::import::log::ImportLog) and [`planned_changes`](crate::import::undo::planned_changes): the audit log of an import → the changes that undo it
//!
//! [`request`] parses the form fields for mapping and choices; [`prepare`](crate::import::preview::prepare) runs steps 2 to 4. The background job
//! is in [`job`].

pub(crate) mod apply;
pub(crate) mod batches;
pub(crate) mod file;
pub mod job;
pub mod log;
pub(crate) mod mapping;
pub(crate) mod page;
pub(crate) mod plan;
pub mod preview;
pub mod request;
pub mod response;
pub(crate) mod undo;
pub(crate) mod view;

/// Download name of [`DEMO`].
pub const DEMO_NAME: &str = "crm_prospects_demo.csv";

/// Sample file as French Excel writes it: forty deals in every stage but the optional one, two of them with a mistake.
pub const DEMO: &[u8] = include_bytes!("../assets/crm_prospects_demo.csv");
