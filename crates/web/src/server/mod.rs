//! HTTP server loop: connections, their limits, and the graceful shutdown.
//!
//! `axum::serve` waits without limit for a client that starts a request and never completes its head, for one that takes
//! nothing of its response, and for any number of them; a few hundred such clients would exhaust the connections that a
//! host allows. Apart from these limits the loop does the same.
//!
//! Limits of the single request are middleware: [`request_time`] for slow bodies, [`hosts`] for host names.

mod activity;
mod connection;
pub mod hosts;
pub mod limits;
pub mod request_time;
pub mod seats;
#[cfg(test)]
mod tests;
mod write_timeout;

use std::sync::Arc;

use axum::{Router, serve::Listener};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
};

use crate::server::{
    connection::{refuse_connection, serve_connection},
    limits::ServerLimits,
    seats::Seats,
};

/// Number of callers beyond the limit of connections that are told so at the same time; the others are hung up on.
const MAX_REFUSALS: usize = 64;

/// Serves until `stop` completes, then waits for the requests in flight, at most for
/// [`Timeouts::end`](limits::Timeouts::end): a client that never completes its request must not block the writes in
/// flight.
pub async fn serve(mut listener: TcpListener, router: Router, limits: ServerLimits, stop: impl Future<Output = ()>) {
    let seats = Seats::new(limits.connections);
    let refusals = Arc::new(Semaphore::new(MAX_REFUSALS));
    // Each connection holds a receiver: it hears the signal, and is counted until it has ended.
    let (stopping, _) = watch::channel(());
    let mut stop = std::pin::pin!(stop);
    loop {
        // `accept` pauses after an error such as too many open files, then tries again.
        let (stream, address) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut stop => break,
        };
        if let Some(seat) = seats.take(Some(address.ip())) {
            let connection = serve_connection(stream, address, router.clone(), limits.timeouts, stopping.subscribe());
            tokio::spawn(async move {
                connection.await;
                drop(seat);
            });
        } else if let Ok(permit) = Arc::clone(&refusals).try_acquire_owned() {
            tokio::spawn(async move {
                refuse_connection(stream).await;
                drop(permit);
            });
        }
    }
    drop(listener);
    // Fails if there is no connection.
    let _ = stopping.send(());
    if tokio::time::timeout(limits.timeouts.end, stopping.closed())
        .await
        .is_err()
    {
        tracing::warn!("some callers did not finish their requests");
    }
}
