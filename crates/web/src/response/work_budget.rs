//! Budget of work: how many responses the program computes anew for one client address in a minute.
//!
//! Most pages cost a lookup. A look into the past, a workbook or a PDF costs up to a second of CPU time. The budget is
//! charged where such a response is made, not where it is requested, so that a response from a cache is free and no
//! page can forget the charge. That place is far below the handler; the budget therefore travels with the task of the
//! request.

use std::{net::IpAddr, sync::Arc};

use crate::error::Error;

/// Account of the work that client addresses have caused.
pub trait WorkAccount: Send + Sync {
    /// Charges one response to the client network.
    ///
    /// # Errors
    /// 429 when the network has used up its budget of this minute.
    fn charge(&self, network: IpAddr) -> Result<(), Error>;
}

/// Budget of the client that a request comes from.
#[derive(Clone)]
pub struct WorkBudget {
    /// Account that is charged.
    pub account: Arc<dyn WorkAccount>,
    /// Network of the client.
    pub network: IpAddr,
}

tokio::task_local! {
    static BUDGET: WorkBudget;
}

impl WorkBudget {
    /// Runs a request on this budget.
    pub async fn run<T>(self, request: impl Future<Output = T>) -> T {
        BUDGET.scope(self, request).await
    }
}

/// Charges one response to the client of the current request. Background jobs and commands have no budget and are free.
///
/// # Errors
/// 429 when the client has used up its budget.
pub fn charge_work() -> Result<(), Error> {
    let charged = BUDGET.try_with(|budget| budget.account.charge(budget.network));
    charged.unwrap_or(Ok(()))
}
