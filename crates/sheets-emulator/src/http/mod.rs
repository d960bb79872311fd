//! HTTP support of the server: shared state, responses, call counts with the quota, and injected faults.

pub(crate) mod faults;
pub(crate) mod quota;
pub(crate) mod response;
pub(crate) mod state;
