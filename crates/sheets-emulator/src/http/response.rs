//! HTTP responses: JSON, streamed values, errors, and bodies that break off on purpose.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    http::{Response, StatusCode, header},
};
use bytes::Bytes;
use hyper::body::Frame;

use crate::proto::error::ApiError;

/// Error that closes the connection without a response.
#[derive(Debug, thiserror::Error)]
#[error("the connection was closed on purpose")]
pub struct ConnectionClosed;

pub(crate) fn not_found_page() -> Response<Body> {
    html_response(
        StatusCode::NOT_FOUND,
        "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)</title><p>404. That's an error.",
    )
}

/// Error response in Google's format.
pub fn error_response(failure: &ApiError) -> Response<Body> {
    let status = StatusCode::from_u16(failure.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json_response(status, failure.body().to_string());
    if failure.code == 401 {
        let realm =
            header::HeaderValue::from_static("Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
    }
    response
}

pub(crate) fn json_response(status: StatusCode, text: String) -> Response<Body> {
    typed_response(status, "application/json; charset=UTF-8", Body::from(text))
}

pub(crate) fn html_response(status: StatusCode, text: &'static str) -> Response<Body> {
    typed_response(status, "text/html; charset=UTF-8", Body::from(text))
}

/// Response with a media type and `Cache-Control: private`.
pub fn typed_response(status: StatusCode, media_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private"));
    response
}

/// Sends small responses in one piece with their length, and streams large ones.
pub(crate) fn values_response(mut values: crate::values::read::ValuesResponse) -> Response<Body> {
    let first = values.next().unwrap_or_default();
    let body = match values.next() {
        None => Body::from(first),
        Some(second) => Body::new(ChunkedBody {
            ready: vec![second, first],
            rest: values,
        }),
    };
    typed_response(StatusCode::OK, "application/json; charset=UTF-8", body)
}

/// Response body made of chunks.
struct ChunkedBody<I> {
    /// Chunks that are ready, the next one last.
    ready: Vec<Bytes>,
    rest: I,
}

impl<I: Iterator<Item = Bytes> + Unpin> hyper::body::Body for ChunkedBody<I> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.ready.pop().or_else(|| self.rest.next());
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// Response that announces its full length but breaks off halfway.
pub(crate) fn truncated_response(whole: Bytes) -> Response<Body> {
    let half = whole.slice(..whole.len() / 2);
    let body = Body::new(TruncatedBody { rest: Some(half) });
    let mut response = typed_response(StatusCode::OK, "application/json; charset=UTF-8", body);
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, header::HeaderValue::from(whole.len().max(1)));
    response
}

struct TruncatedBody {
    rest: Option<Bytes>,
}

impl hyper::body::Body for TruncatedBody {
    type Data = Bytes;
    type Error = ConnectionClosed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ConnectionClosed>>> {
        match self.rest.take() {
            Some(half) => {
                // Yield once, so that the first half is flushed before the connection breaks.
                context.waker().wake_by_ref();
                Poll::Ready(Some(Ok(Frame::data(half))))
            }
            None => Poll::Ready(Some(Err(ConnectionClosed))),
        }
    }
}
