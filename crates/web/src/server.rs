//! HTTP server loop with graceful shutdown and a time limit for the request head.
//!
//! `axum::serve` waits without limit for a client that starts a request and never completes its head; a few hundred
//! such clients would exhaust the connections that a host allows. Apart from this limit the loop does the same.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service;

/// Time limits for clients.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the head of a request, from the opening of the connection or from the end of the last response. It is longer
    /// than the time for which a proxy keeps idle connections, usually one minute.
    pub head: Duration,
    /// For requests in flight after the shutdown signal. Hosts kill a process after ten seconds or more.
    pub end: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(75),
            end: Duration::from_secs(8),
        }
    }
}

/// Serves until `stop` completes, then waits for the requests in flight, at most for [`Timeouts::end`]: a client that
/// never completes its request must not block the writes in flight.
pub async fn serve(mut listener: TcpListener, router: Router, timeouts: Timeouts, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        // `accept` pauses after an error such as too many open files, then tries again.
        let (stream, address) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut stop => break,
        };
        let connection = connections.watch(connection(stream, address, router.clone(), timeouts.head));
        // An error is the client's: it disconnected, was too slow, or does not speak HTTP.
        tokio::spawn(async move { drop(connection.await) });
    }
    drop(listener);
    if tokio::time::timeout(timeouts.end, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some callers did not finish their requests");
    }
}

fn connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    head: Duration,
) -> impl hyper_util::server::graceful::GracefulConnection<Output = hyper::Result<()>> + Send {
    // Responses are written in one piece; waiting for a fuller packet only delays them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        router.clone().call(request)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .serve_connection(TokioIo::new(stream), service)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::oneshot,
    };

    use super::*;

    pub(crate) const NEVER: Duration = Duration::from_hours(1);

    pub(crate) struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        ended: tokio::task::JoinHandle<()>,
    }

    pub(crate) async fn run(router: Router, timeouts: Timeouts) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(serve(listener, router, timeouts, async { drop(stopped.await) }));
        Running { address, stop, ended }
    }

    pub(crate) async fn send(to: &Running, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(to.address).await.expect("connection");
        stream.write_all(text.as_bytes()).await.expect("written");
        stream
    }

    pub(crate) async fn rest(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("read");
        text
    }

    #[tokio::test]
    async fn a_caller_who_does_not_finish_the_head_of_a_request_is_hung_up_on() {
        let hello = Router::new().route("/", get(|| async { "hello" }));
        let timeouts = Timeouts {
            head: Duration::from_millis(20),
            end: NEVER,
        };
        let running = run(hello, timeouts).await;
        for begun in ["", "GET / HTT", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
            assert_eq!(rest(send(&running, begun).await).await, "", "{begun:?}");
        }
        let whole = rest(send(&running, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await).await;
        assert!(whole.starts_with("HTTP/1.1 200") && whole.ends_with("hello"), "{whole}");
    }

    #[tokio::test]
    async fn what_has_begun_is_answered_after_the_request_to_stop_and_nothing_new_is_taken() {
        let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
        let (go_on, may_go_on) = tokio::sync::watch::channel(false);
        let slow = move |ConnectInfo(caller): ConnectInfo<SocketAddr>| {
            let (begun, mut may_go_on) = (begun.clone(), may_go_on.clone());
            async move {
                begun.send(()).await.expect("listened to");
                may_go_on.wait_for(|go_on| *go_on).await.expect("told");
                format!("hello {}", caller.ip())
            }
        };
        let running = run(
            Router::new().route("/", get(slow)),
            Timeouts {
                head: NEVER,
                end: NEVER,
            },
        )
        .await;
        let stream = send(&running, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        has_begun.recv().await.expect("begun");
        let Running { address, stop, ended } = running;
        stop.send(()).expect("running");
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        go_on.send(true).expect("waited for");
        let answer = rest(stream).await;
        assert!(answer.ends_with("hello 127.0.0.1"), "{answer}");
        ended.await.expect("ended");
    }

    #[tokio::test]
    async fn an_answer_that_goes_on_and_on_outlasts_the_patience_for_a_head() {
        let (more, parts) = tokio::sync::mpsc::channel::<&str>(1);
        let parts = std::sync::Arc::new(tokio::sync::Mutex::new(parts));
        let endless = move || {
            let parts = std::sync::Arc::clone(&parts);
            async move {
                let parts = futures_util::stream::unfold(parts, async |parts| {
                    let part = parts.lock().await.recv().await?;
                    Some((Ok::<_, std::convert::Infallible>(part), parts))
                });
                axum::body::Body::from_stream(parts)
            }
        };
        let timeouts = Timeouts {
            head: Duration::from_millis(20),
            end: NEVER,
        };
        let running = run(Router::new().route("/", get(endless)), timeouts).await;
        let mut stream = send(&running, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        for _ in 0..3 {
            // When the server closes these connections, the time limit has passed for the stream too.
            rest(send(&running, "GET / HTT").await).await;
        }
        more.send("still here").await.expect("listened to");
        let mut heard = String::new();
        while !heard.ends_with("still here\r\n") {
            let mut part = [0; 64];
            let read = stream.read(&mut part).await.expect("read");
            assert!(read > 0, "hung up: {heard}");
            heard.push_str(&String::from_utf8_lossy(&part[..read]));
        }
    }

    #[tokio::test]
    async fn a_caller_who_never_goes_on_does_not_keep_the_program_from_ending() {
        let hello = Router::new().route("/", get(|| async { "hello" }));
        let timeouts = Timeouts {
            head: NEVER,
            end: Duration::from_millis(20),
        };
        let running = run(hello, timeouts).await;
        let _half = send(&running, "GET / HTT").await;
        // Accepted before the stop, because connections are accepted in order.
        let whole = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        assert!(rest(send(&running, whole).await).await.ends_with("hello"));
        running.stop.send(()).expect("running");
        running.ended.await.expect("ended");
    }
}
