//! What a connection is busy with, so that the shutdown knows which connections it may close at once.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

/// Requests and writes in progress on one connection.
#[derive(Debug, Default)]
pub(super) struct Activity {
    has_begun: AtomicBool,
    in_flight: AtomicUsize,
    is_writing: AtomicBool,
}

impl Activity {
    /// Notes a request whose head is complete. It is in flight until the guard is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> RequestInFlight {
        self.has_begun.store(true, Ordering::Relaxed);
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        RequestInFlight(Arc::clone(self))
    }

    /// Notes whether bytes wait for the caller to take them.
    pub(super) fn note_writing(&self, is_writing: bool) {
        self.is_writing.store(is_writing, Ordering::Relaxed);
    }

    /// Whether the head of a request was ever complete.
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }

    /// Whether a request is in flight or bytes of a response wait.
    pub(super) fn is_busy(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) > 0 || self.is_writing.load(Ordering::Relaxed)
    }
}

/// A request in flight.
pub(super) struct RequestInFlight(Arc<Activity>);

impl Drop for RequestInFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Body of a response, which keeps its request in flight until it is sent or dropped.
pub(super) struct ResponseInFlight {
    pub(super) body: Body,
    pub(super) _request: RequestInFlight,
}

impl hyper::body::Body for ResponseInFlight {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
