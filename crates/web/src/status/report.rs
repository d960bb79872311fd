//! Status report of the program.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::status::StoreStatus;

use crate::status::storage::StorageTrouble;

/// Status of the program.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProgramStatus")]
pub struct StatusReport {
    /// Version of the program.
    pub version: &'static str,
    /// Time of the start.
    pub started_at: Timestamp,
    /// Whole seconds since the start.
    pub uptime_seconds: i64,
    /// Whether every host name is answered, because neither `PUBLIC_URL` nor `ALLOWED_HOSTS` is set.
    pub any_host: bool,
    /// Why nothing can be stored, in the language of the request; absent while writing works.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(default)]
    pub storage: Option<StorageTrouble>,
    /// Status of the store.
    #[serde(flatten)]
    pub store: StoreStatus,
}
