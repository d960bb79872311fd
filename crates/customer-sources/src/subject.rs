//! Subjects: records by the vendor's own ids.

use serde::{Deserialize, Serialize};

/// Subject of an observation or event, by the vendor's id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// Kind of the record; ids are unique within a kind.
    pub kind: SubjectKind,
    /// Vendor's id.
    pub id: String,
}

/// Kinds of subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// Person.
    Person,
    /// Company, which may have several persons.
    Company,
    /// Billed account: a person or a company, the vendor does not say which.
    Account,
}

impl SubjectKind {
    /// Subject of this kind with an id.
    pub fn id(self, id: impl Into<String>) -> Subject {
        Subject {
            kind: self,
            id: id.into(),
        }
    }
}
