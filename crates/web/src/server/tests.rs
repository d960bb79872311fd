//! Unit tests of the server loop, with real connections and short time limits.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, middleware, routing::get, routing::post};
use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::server::{
    limits::{ServerLimits, Timeouts},
    request_time::{RequestTimes, limit_request_time},
    seats::SeatLimits,
    serve,
};

const NEVER: Duration = Duration::from_hours(1);
const SHORT: Duration = Duration::from_millis(20);
const WHOLE: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

fn patient() -> Timeouts {
    Timeouts {
        first_head: NEVER,
        next_head: NEVER,
        write: NEVER,
        end: NEVER,
    }
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Running {
    async fn new(router: Router, timeouts: Timeouts, connections: SeatLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let (stop, stopped) = oneshot::channel();
        let limits = ServerLimits { timeouts, connections };
        let ended = tokio::spawn(serve(listener, router, limits, async { drop(stopped.await) }));
        Self { address, stop, ended }
    }

    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("connection");
        stream.write_all(text.as_bytes()).await.expect("written");
        stream
    }

    /// Signals the shutdown and waits until no new connection is accepted.
    async fn stop(self) -> JoinHandle<()> {
        self.stop.send(()).expect("running");
        while TcpStream::connect(self.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        self.ended
    }
}

async fn run(router: Router, timeouts: Timeouts) -> Running {
    Running::new(router, timeouts, SeatLimits::default()).await
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("read");
    text
}

/// Reads one response of [`hello`].
async fn hears_hello(stream: &mut TcpStream) {
    let mut heard = Vec::new();
    while !heard.ends_with(b"hello") {
        assert!(stream.read_buf(&mut heard).await.expect("read") > 0, "hung up");
    }
}

#[tokio::test]
async fn a_caller_who_does_not_finish_the_head_of_a_request_is_hung_up_on() {
    let hurried = Timeouts {
        first_head: SHORT,
        ..patient()
    };
    let running = run(hello(), hurried).await;
    let begun = ["", "GET / HTT", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "];
    for begun in begun {
        assert_eq!(rest(running.send(begun).await).await, "", "{begun:?}");
    }
    let mut kept = running.send(WHOLE).await;
    hears_hello(&mut kept).await;
    // When this one has been hung up on, the time of a first head has passed for the other one too.
    assert_eq!(rest(running.send("").await).await, "");
    kept.write_all(WHOLE.as_bytes()).await.expect("still open");
    hears_hello(&mut kept).await;
    println!("{} half-sent heads were hung up on", begun.len() + 1);
}

#[tokio::test]
async fn a_caller_who_does_not_go_on_after_a_response_is_hung_up_on() {
    let hurried = Timeouts {
        next_head: SHORT,
        ..patient()
    };
    let running = run(hello(), hurried).await;
    for begun in ["", "GET / HTT"] {
        let mut stream = running.send(WHOLE).await;
        hears_hello(&mut stream).await;
        stream.write_all(begun.as_bytes()).await.expect("written");
        assert_eq!(rest(stream).await, "", "{begun:?}");
    }
}

#[tokio::test]
async fn a_caller_who_takes_nothing_of_a_response_is_hung_up_on_and_others_are_served() {
    const CALLERS: usize = 5;
    // More than the buffers of both ends hold.
    let large = Bytes::from(vec![b'x'; 32 << 20]);
    let router = hello().route("/large", get(move || async move { large }));
    let hurried = Timeouts {
        write: Duration::from_millis(100),
        ..patient()
    };
    let running = run(router, hurried).await;
    let mut deaf = Vec::new();
    for _ in 0..CALLERS {
        deaf.push(running.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").await);
    }
    hears_hello(&mut running.send(WHOLE).await).await;
    let ended = running.stop().await;
    // Ends only when every connection has: nobody took anything.
    ended.await.expect("ended");
    drop(deaf);
    println!("{CALLERS} callers who took nothing were hung up on");
}

#[tokio::test]
async fn a_body_that_trickles_is_answered_408_on_its_connection() {
    const CALLERS: usize = 20;
    let times = RequestTimes {
        window: SHORT,
        ..RequestTimes::default()
    };
    let router = Router::new()
        .route("/", post(async |body: Bytes| body.len().to_string()))
        .layer(middleware::from_fn_with_state(times, limit_request_time));
    let running = run(router, patient()).await;
    let mut callers = Vec::new();
    for _ in 0..CALLERS {
        callers.push(
            running
                .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\nabc")
                .await,
        );
    }
    for caller in callers {
        let heard = rest(caller).await;
        assert!(heard.starts_with("HTTP/1.1 408 "), "{heard}");
    }
    println!("{CALLERS} bodies that stopped were answered 408");
}

#[tokio::test]
async fn callers_beyond_the_connections_of_one_address_hear_503_until_one_is_free() {
    const ALLOWED: usize = 3;
    let connections = SeatLimits {
        per_network: ALLOWED,
        ..SeatLimits::default()
    };
    let running = Running::new(hello(), patient(), connections).await;
    let mut held = Vec::new();
    for _ in 0..ALLOWED {
        let mut stream = running.send(WHOLE).await;
        hears_hello(&mut stream).await;
        held.push(stream);
    }
    let refused = rest(running.send(WHOLE).await).await;
    assert!(
        refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after: 10\r\n"),
        "{refused}"
    );
    let (head, body) = refused.split_once("\r\n\r\n").expect("head and body");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{refused}");
    held.pop();
    // The server notices the free seat when it reads the end of the connection.
    while rest(running.send("GET / HTTP/1.0\r\n\r\n").await)
        .await
        .starts_with("HTTP/1.1 503")
    {}
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
    let running = run(Router::new().route("/", get(slow)), patient()).await;
    let stream = running.send(WHOLE).await;
    has_begun.recv().await.expect("begun");
    let ended = running.stop().await;
    go_on.send(true).expect("waited for");
    let answer = rest(stream).await;
    assert!(answer.ends_with("hello 127.0.0.1"), "{answer}");
    ended.await.expect("ended");
}

#[tokio::test]
async fn a_response_that_is_still_being_taken_is_sent_whole_after_the_request_to_stop() {
    const SIZE: usize = 32 << 20;
    let router = Router::new().route("/", get(|| async { vec![b'x'; SIZE] }));
    let running = run(router, patient()).await;
    let mut stream = running.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut first = [0; 1024];
    stream.read_exact(&mut first).await.expect("begun");
    let ended = running.stop().await;
    assert!(rest(stream).await.len() > SIZE - first.len());
    ended.await.expect("ended");
}

#[tokio::test]
async fn idle_connections_and_half_sent_heads_do_not_delay_the_stop() {
    let running = run(hello(), patient()).await;
    let mut held = vec![running.send("").await, running.send("GET / HTT").await];
    for begun in ["", "GET / HTT"] {
        let mut stream = running.send(WHOLE).await;
        hears_hello(&mut stream).await;
        stream.write_all(begun.as_bytes()).await.expect("written");
        held.push(stream);
    }
    // The patience of the server is an hour: it ends only because it does not wait for them.
    running.stop().await.await.expect("ended");
    println!("{} connections were closed at once", held.len());
}

#[tokio::test]
async fn a_caller_who_never_sends_its_body_whole_delays_the_stop_by_the_grace_alone() {
    let router = Router::new().route("/", post(async |body: Bytes| body.len().to_string()));
    let timeouts = Timeouts {
        end: SHORT,
        ..patient()
    };
    let running = run(router, timeouts).await;
    let _half = running
        .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        .await;
    // Accepted before the stop, because connections are accepted in order.
    rest(running.send("GET / HTTP/1.0\r\n\r\n").await).await;
    running.stop().await.await.expect("ended");
}

#[tokio::test]
async fn an_answer_that_goes_on_and_on_outlasts_every_time_limit() {
    let (more, parts) = tokio::sync::mpsc::channel::<&str>(1);
    let parts = std::sync::Arc::new(tokio::sync::Mutex::new(parts));
    let endless = move || {
        let parts = std::sync::Arc::clone(&parts);
        async move {
            let parts = futures_util::stream::unfold(parts, async |parts| {
                let part = parts.lock().await.recv().await?;
                Some((Ok::<_, std::convert::Infallible>(part), parts))
            });
            Body::from_stream(parts)
        }
    };
    let times = RequestTimes {
        handler: SHORT,
        body: SHORT,
        window: SHORT,
        ..RequestTimes::default()
    };
    let hurried = Timeouts {
        first_head: SHORT,
        next_head: SHORT,
        write: SHORT,
        end: NEVER,
    };
    let router = Router::new()
        .route("/", get(endless))
        .layer(middleware::from_fn_with_state(times, limit_request_time));
    let running = run(router, hurried).await;
    let mut stream = running.send(WHOLE).await;
    for _ in 0..3 {
        // When the server closes these connections, the time limits have passed for the stream too.
        rest(running.send("GET / HTT").await).await;
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
