//! One connection: its requests, its time limits and its end.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    http::Response,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::{sleep, timeout},
};
use tower_service::Service;

use crate::server::{
    activity::{Activity, ResponseInFlight},
    limits::Timeouts,
    write_timeout::WriteTimeout,
};

/// Pause between two looks at whether a connection is still busy after the shutdown signal.
const END_CHECK: Duration = Duration::from_millis(100);

/// Serves the requests of a connection until the caller or a time limit ends it. After the shutdown signal it ends with
/// the response in flight; a connection that is idle or still sends the head of a request ends at once.
pub(super) async fn serve_connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    timeouts: Timeouts,
    mut stop: watch::Receiver<()>,
) {
    // Responses are written in one piece; waiting for a fuller packet only delays them.
    let _ = stream.set_nodelay(true);
    let activity = Arc::<Activity>::default();
    let io = TokioIo::new(WriteTimeout {
        connection: stream,
        limit: timeouts.write,
        activity: Arc::clone(&activity),
        // Fails if the connection is gone.
        give_up: |stream: &TcpStream| drop(stream.set_zero_linger()),
        waiting: None,
    });
    let service = service_fn(|mut request: Request<Incoming>| {
        let in_flight = activity.begin();
        request.extensions_mut().insert(ConnectInfo(address));
        let response = router.clone().call(request);
        async move {
            let response: Result<_, Infallible> = response.await;
            response.map(|response: Response<_>| {
                response.map(|body| ResponseInFlight {
                    body,
                    _request: in_flight,
                })
            })
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(timeouts.next_head)
            .serve_connection(io, service)
    );
    let no_first_request = async {
        sleep(timeouts.first_head).await;
        if activity.has_begun() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        // An error is the caller's: it disconnected, was too slow, or does not speak HTTP.
        _ = connection.as_mut() => return,
        () = no_first_request => return,
        _ = stop.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    while activity.is_busy() && timeout(END_CHECK, connection.as_mut()).await.is_err() {}
    // What is left are the last bytes of a response, an idle connection, or half a head.
    let _ = timeout(END_CHECK, connection).await;
}

/// Response to a connection beyond the limit.
const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: text/plain; charset=utf-8\r\n\
    content-length: 44\r\n\
    retry-after: 10\r\n\
    cache-control: no-store\r\n\
    connection: close\r\n\r\n\
    Too many connections. Try again in a moment.";

/// Time for which a refused caller may take its response.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);

/// Tells a caller that there is no connection left for it.
pub(super) async fn refuse_connection(mut stream: TcpStream) {
    let told = async {
        stream.write_all(REFUSAL).await?;
        stream.shutdown().await?;
        // Closed with unread bytes, the connection would be reset before the caller has read the response.
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    let _ = timeout(REFUSAL_TIMEOUT, told).await;
}
