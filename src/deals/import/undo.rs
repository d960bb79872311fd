//! What takes an import back.

use super::{
    change::{Change, Value},
    plan::Plan,
};
use crate::deals::deal::Deal;

/// The inverse of a plan that was carried out: afterwards the tab is what it was before.
#[derive(Clone, Debug, PartialEq)]
pub struct Inverse {
    /// Ids of the deals that the import added.
    pub delete: Vec<u64>,
    /// The deals that it changed.
    pub set_back: Vec<SetBack>,
}

/// A deal to set back.
#[derive(Clone, Debug, PartialEq)]
pub struct SetBack {
    /// The deal as it was before the import, with its `updated_at`.
    pub deal: Deal,
    /// The fields to set: `old` is what the import wrote, and if something else stands there now, somebody changed it
    /// since; `new` is what stood there before.
    pub changes: Vec<Change>,
}

/// The inverse of `plan`. `created` are the ids that its new deals got; all of them, in any order.
pub fn inverse(plan: &Plan, created: &[u64]) -> Inverse {
    Inverse {
        delete: created.to_vec(),
        set_back: plan
            .changed
            .iter()
            .map(|changed| SetBack {
                deal: changed.before.clone(),
                changes: changed
                    .changes
                    .iter()
                    .map(|change| Change {
                        field: change.field,
                        old: change.new.clone(),
                        new: Value::exact(&changed.before, change.field),
                    })
                    .collect(),
            })
            .collect(),
    }
}
