//! Drive metadata of a spreadsheet, except its title.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Drive metadata of a spreadsheet, except its title.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DriveFile {
    /// Version number, incremented by every change of the spreadsheet or its metadata.
    pub version: u64,
    /// Creation time, in milliseconds since 1970.
    pub created: i64,
    /// Time of the last change, in milliseconds since 1970.
    pub modified: i64,
    /// Whether it is in the trash; a trashed spreadsheet can still be read and written.
    pub trashed: bool,
    /// Permissions except the owner's, as `Permission` messages.
    pub permissions: Vec<Json>,
}

impl DriveFile {
    /// Metadata of a file created now.
    pub fn new() -> Self {
        let now = Timestamp::now().as_millisecond();
        Self {
            version: 1,
            created: now,
            modified: now,
            trashed: false,
            permissions: Vec::new(),
        }
    }

    /// Metadata after one more change.
    #[must_use]
    pub fn changed(&self) -> Self {
        Self {
            version: self.version + 1,
            modified: Timestamp::now().as_millisecond().max(self.modified),
            ..self.clone()
        }
    }
}

/// Formats milliseconds since 1970 in RFC 3339 with milliseconds, as Drive does.
pub fn rfc3339(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).map_or_else(|_| String::new(), |time| format!("{time:.3}"))
}
