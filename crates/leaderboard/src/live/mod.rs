//! Live stream: server-sent events that tell open boards about new claims.

pub(crate) mod editions;
pub(crate) mod new_claims;
pub(crate) mod pacemaker;
pub(crate) mod page;
