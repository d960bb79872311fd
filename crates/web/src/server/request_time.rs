//! Time limits of a request: for its body, which a caller may send slowly, and for its handler.
//!
//! A body that comes too slowly is the caller's affair (408), a handler that takes too long the program's (504). So the
//! time of the handler counts from the last piece of the body.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use hyper::body::{Body as _, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::error::Error;

/// Time limits of a request.
#[derive(Clone, Copy, Debug)]
pub struct RequestTimes {
    /// Slowest accepted speed of a body, in bytes per second, on average over [`window`](Self::window).
    pub bytes_per_second: u32,
    /// Time over which the speed of a body is measured.
    pub window: Duration,
    /// For the whole body.
    pub body: Duration,
    /// For the whole body of an upload.
    pub upload: Duration,
    /// Addresses that take uploads.
    pub uploads: &'static [&'static str],
    /// For the handler, from the last piece of the body that it read.
    pub handler: Duration,
}

impl Default for RequestTimes {
    fn default() -> Self {
        Self {
            bytes_per_second: 1_000,
            window: Duration::from_secs(15),
            body: Duration::from_secs(40),
            upload: Duration::from_mins(5),
            uploads: &[],
            handler: Duration::from_secs(40),
        }
    }
}

impl RequestTimes {
    /// Time limit for the whole body of a request to `path`.
    fn whole(&self, path: &str) -> Duration {
        if self.uploads.contains(&path) {
            self.upload
        } else {
            self.body
        }
    }

    /// Bytes that a body must bring in each window.
    fn bytes_per_window(&self) -> u128 {
        u128::from(self.bytes_per_second) * self.window.as_millis() / 1_000
    }
}

/// Middleware that applies the limits. It belongs inside the middleware that renders errors.
pub async fn limit_request_time(State(times): State<RequestTimes>, request: Request, next: Next) -> Response {
    let arrival = Arc::new(BodyArrival::new());
    let whole = times.whole(request.uri().path());
    let request = if request.body().is_end_stream() {
        request
    } else {
        request.map(|body| Body::new(TimedBody::new(body, times, whole, &arrival)))
    };
    tokio::select! {
        response = next.run(request) => if arrival.is_too_slow() {
            // Whatever the handler made of the broken body.
            Error::body_too_slow().into_response()
        } else {
            response
        },
        () = arrival.silence(times.handler) => StatusCode::GATEWAY_TIMEOUT.into_response(),
    }
}

/// Progress of a body, shared between the body and the middleware.
struct BodyArrival(Mutex<Progress>);

#[derive(Clone, Copy)]
struct Progress {
    /// Time of the last piece; of the head, before the first.
    last: Instant,
    is_too_slow: bool,
}

impl BodyArrival {
    fn new() -> Self {
        Self(Mutex::new(Progress {
            last: Instant::now(),
            is_too_slow: false,
        }))
    }

    fn progress(&self) -> Progress {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_piece(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last = Instant::now();
    }

    fn note_too_slow(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_too_slow = true;
    }

    fn is_too_slow(&self) -> bool {
        self.progress().is_too_slow
    }

    /// Completes when nothing of the body has come for `limit`.
    async fn silence(&self, limit: Duration) {
        loop {
            let last = self.progress().last;
            sleep_until(last + limit).await;
            if self.progress().last == last {
                return;
            }
        }
    }
}

/// Error of a body that comes too slowly.
#[derive(Debug, thiserror::Error)]
#[error("the body came too slowly")]
struct BodyTooSlow;

/// Body that fails when it comes too slowly. Only the time counts for which the handler waits for the caller: a handler
/// that is busy does not make the caller slow.
struct TimedBody {
    body: Body,
    times: RequestTimes,
    arrival: Arc<BodyArrival>,
    /// Waiting time left for the whole body.
    left: Duration,
    /// Waiting time and bytes of the current window.
    waited: Duration,
    bytes: u128,
    /// Beginning of the current wait, and its longest end.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl TimedBody {
    fn new(body: Body, times: RequestTimes, whole: Duration, arrival: &Arc<BodyArrival>) -> Self {
        Self {
            body,
            times,
            arrival: Arc::clone(arrival),
            left: whole,
            waited: Duration::ZERO,
            bytes: 0,
            waiting: None,
        }
    }

    /// Ends the current wait, counts its time and the `bytes` that came, and judges.
    fn account(&mut self, bytes: usize) -> Result<(), BodyTooSlow> {
        if let Some((since, _)) = self.waiting.take() {
            let waited = since.elapsed();
            self.waited += waited;
            self.left = self.left.saturating_sub(waited);
        }
        self.bytes += bytes as u128;
        let is_window_over = self.waited >= self.times.window;
        if self.left.is_zero() || is_window_over && self.bytes < self.times.bytes_per_window() {
            self.arrival.note_too_slow();
            return Err(BodyTooSlow);
        }
        if is_window_over {
            (self.waited, self.bytes) = (Duration::ZERO, 0);
        }
        Ok(())
    }
}

impl hyper::body::Body for TimedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        loop {
            if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
                self.arrival.note_piece();
                let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
                // The end of a body is never too late.
                let Some(bytes) = data.map(Bytes::len) else {
                    return Poll::Ready(frame);
                };
                return Poll::Ready(match self.account(bytes) {
                    Ok(()) => frame,
                    Err(error) => Some(Err(axum::Error::new(error))),
                });
            }
            let longest = self.left.min(self.times.window.saturating_sub(self.waited));
            let (_, end) = self
                .waiting
                .get_or_insert_with(|| (Instant::now(), Box::pin(sleep(longest))));
            ready!(end.as_mut().poll(context));
            if let Err(error) = self.account(0) {
                return Poll::Ready(Some(Err(axum::Error::new(error))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware, routing::post};
    use futures_util::stream;

    use super::*;

    const NEVER: Duration = Duration::from_hours(1);

    fn patient() -> RequestTimes {
        RequestTimes {
            window: NEVER,
            body: NEVER,
            upload: NEVER,
            handler: NEVER,
            ..RequestTimes::default()
        }
    }

    /// A body of `pieces`, with a pause before each and, without an end, silence after the last.
    fn body(pieces: usize, pause: Duration, ends: bool) -> Body {
        Body::from_stream(stream::unfold(0, move |sent| async move {
            if sent == pieces {
                if ends {
                    return None;
                }
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(pause).await;
            Some((
                Ok::<_, std::convert::Infallible>(Bytes::from_static(b"ten bytes.")),
                sent + 1,
            ))
        }))
    }

    async fn send(times: RequestTimes, path: &str, body: Body) -> (StatusCode, bool) {
        let count = async |body: Bytes| body.len().to_string();
        let refuse = async || StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let busy = async |body: Bytes| {
            tokio::time::sleep(Duration::from_millis(60)).await;
            body.len().to_string()
        };
        let mut router = Router::new()
            .route("/form", post(count))
            .route("/upload", post(count))
            .route("/busy", post(busy))
            .route("/refuse", post(refuse))
            .layer(middleware::from_fn_with_state(times, limit_request_time));
        let request = Request::post(path).body(body).expect("request");
        let response = tower_service::Service::call(&mut router, request)
            .await
            .expect("response");
        let is_error = response.extensions().get::<Arc<Error>>().is_some();
        (response.status(), is_error)
    }

    const SHORT: Duration = Duration::from_millis(20);
    const TOO_SLOW: (StatusCode, bool) = (StatusCode::REQUEST_TIMEOUT, true);

    #[tokio::test]
    async fn a_body_that_trickles_or_stops_is_refused_as_too_slow() {
        // The body that trickles brings 2,000 bytes per second.
        let pace = RequestTimes {
            bytes_per_second: 10_000,
            window: SHORT,
            ..patient()
        };
        for slow in [
            body(usize::MAX, Duration::from_millis(5), false),
            body(0, SHORT, false),
            body(1, SHORT, false),
        ] {
            assert_eq!(send(pace, "/form", slow).await, TOO_SLOW);
        }
        let pace_of_the_caller = RequestTimes {
            bytes_per_second: 100,
            ..pace
        };
        assert_eq!(
            send(pace_of_the_caller, "/form", body(10, SHORT / 4, true)).await.0,
            StatusCode::OK
        );
        assert_eq!(
            send(pace, "/refuse", body(0, SHORT, false)).await.0,
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
    }

    #[tokio::test]
    async fn a_body_has_to_be_whole_in_time_and_an_upload_has_more() {
        let times = RequestTimes {
            body: SHORT,
            uploads: &["/upload"],
            ..patient()
        };
        let steady = || body(10, SHORT / 5, true);
        assert_eq!(send(times, "/form", steady()).await, TOO_SLOW);
        assert_eq!(send(times, "/upload", steady()).await.0, StatusCode::OK);
        let hurried = RequestTimes { upload: SHORT, ..times };
        assert_eq!(send(hurried, "/upload", steady()).await, TOO_SLOW);
    }

    #[tokio::test]
    async fn the_time_of_the_handler_counts_from_the_last_piece_of_the_body() {
        let times = RequestTimes {
            handler: Duration::from_millis(500),
            ..patient()
        };
        let longer_in_all = body(12, times.handler / 10, true);
        assert_eq!(send(times, "/form", longer_in_all).await.0, StatusCode::OK);
        let hurried = RequestTimes {
            handler: SHORT,
            ..times
        };
        let given_up = send(hurried, "/busy", Body::empty()).await;
        assert_eq!(given_up, (StatusCode::GATEWAY_TIMEOUT, false));
        let busy_not_slow = RequestTimes { window: SHORT, ..times };
        assert_eq!(send(busy_not_slow, "/busy", Body::from("x")).await.0, StatusCode::OK);
    }
}
