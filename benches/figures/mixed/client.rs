//! One connection with an address of its own, kept alive from request to request.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::http::{Method, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client as Connections, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Time after which a request counts as not answered.
const PATIENCE: Duration = Duration::from_mins(1);

/// A caller.
pub struct Client {
    connections: Connections<HttpConnector, Full<Bytes>>,
    server: SocketAddr,
    /// Address of the caller, as the proxy in front says it.
    caller: Ipv4Addr,
    /// Number of the caller, from 0.
    pub number: u32,
}

/// A whole answer.
pub struct Answer {
    /// Status; `None` if there was no whole answer in time.
    pub status: Option<StatusCode>,
    pub body: Bytes,
}

impl Client {
    /// The caller with a number below 60,000, which gives it its addresses.
    pub fn new(server: SocketAddr, number: u32) -> Self {
        let [.., high, low] = number.to_be_bytes();
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_local_address(Some(IpAddr::from([127, 1, high, low.max(1)])));
        Self {
            connections: Connections::builder(TokioExecutor::new())
                .pool_max_idle_per_host(1)
                .build(connector),
            server,
            // Network for benchmarks, RFC 2544.
            caller: Ipv4Addr::new(198, 18, high, low),
            number,
        }
    }

    /// Asks for a page as a browser does, or for JSON.
    pub async fn get(&self, path: &str, accept: &str) -> Answer {
        self.send(Method::GET, path, &[(header::ACCEPT.as_str(), accept)], Bytes::new())
            .await
    }

    /// Sends JSON.
    pub async fn json(&self, method: Method, path: &str, body: &serde_json::Value) -> Answer {
        let headers = [(header::CONTENT_TYPE.as_str(), "application/json")];
        self.send(method, path, &headers, Bytes::from(body.to_string())).await
    }

    /// Sends a file in a form.
    pub async fn upload(&self, path: &str, accept: &str, file: &str) -> Answer {
        let body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"load.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n{file}\r\n--edge--\r\n"
        );
        let headers = [
            (header::CONTENT_TYPE.as_str(), "multipart/form-data; boundary=edge"),
            (header::ACCEPT.as_str(), accept),
        ];
        self.send(Method::POST, path, &headers, Bytes::from(body)).await
    }

    /// Body of a file that must be there.
    pub async fn download(&self, path: &str) -> String {
        let answer = self.get(path, "*/*").await;
        assert_eq!(answer.status, Some(StatusCode::OK), "{path}");
        String::from_utf8(answer.body.to_vec()).expect("UTF-8")
    }

    /// Reads a stream until it ends or `until` has come; returns its status and the number of its events.
    pub async fn listen(&self, path: &str, until: tokio::time::Instant) -> (Option<StatusCode>, usize) {
        let request = self.request(
            Method::GET,
            path,
            &[(header::ACCEPT.as_str(), "text/event-stream")],
            Bytes::new(),
        );
        let Ok(Ok(response)) = tokio::time::timeout_at(until, self.connections.request(request)).await else {
            return (None, 0);
        };
        let status = response.status();
        let (mut body, mut events) = (response.into_body(), 0);
        while let Ok(Some(Ok(frame))) = tokio::time::timeout_at(until, body.frame()).await {
            events += frame
                .data_ref()
                .map_or(0, |part| part.windows(7).filter(|text| *text == b"event: ").count());
        }
        (Some(status), events)
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Bytes) -> Answer {
        let request = self.request(method, path, headers, body);
        let whole = async {
            let response = self.connections.request(request).await.ok()?;
            let status = response.status();
            let body = response.into_body().collect().await.ok()?;
            Some((status, body.to_bytes()))
        };
        match tokio::time::timeout(PATIENCE, whole).await {
            Ok(Some((status, body))) => Answer {
                status: Some(status),
                body,
            },
            Ok(None) | Err(_) => Answer {
                status: None,
                body: Bytes::new(),
            },
        }
    }

    fn request(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.server))
            .header("x-forwarded-for", self.caller.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Full::new(body)).expect("a request")
    }
}
