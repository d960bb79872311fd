//! A spreadsheet as a file: what Drive knows of it besides its title.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// What Drive knows of a spreadsheet besides its title.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct File {
    /// Rises with every change of the spreadsheet or of what Drive knows of it.
    pub version: u64,
    /// When it was made, in milliseconds since 1970.
    pub created: i64,
    /// When it last changed, in milliseconds since 1970.
    pub modified: i64,
    /// In the bin; the spreadsheet can still be read and written.
    pub trashed: bool,
    /// Everybody it is shared with besides its owner, as `Permission` messages.
    pub permissions: Vec<Json>,
}

impl File {
    /// A file made now.
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

    /// The file after one more change.
    #[must_use]
    pub fn changed(&self) -> Self {
        Self {
            version: self.version + 1,
            modified: Timestamp::now().as_millisecond().max(self.modified),
            ..self.clone()
        }
    }
}

/// A moment as Drive writes it.
pub fn moment(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).map_or_else(|_| String::new(), |moment| format!("{moment:.3}"))
}
