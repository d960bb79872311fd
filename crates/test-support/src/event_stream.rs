//! Event stream of a page, read as a browser reads it.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Maximum wait for data on the stream.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection to an event stream, as a browser keeps it.
pub struct EventStream {
    socket: TcpStream,
    /// Text received and not yet consumed.
    heard: String,
}

impl EventStream {
    /// Opens the stream at `path` with these header lines and waits for its first heartbeat.
    pub async fn open(address: &str, path: &str, headers: &str) -> Self {
        let host = address.trim_start_matches("http://");
        let mut socket = TcpStream::connect(host).await.expect("connection");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n");
        socket.write_all(request.as_bytes()).await.expect("written");
        let mut stream = Self {
            socket,
            heard: String::new(),
        };
        stream.hears("event: beat").await;
        stream
    }

    /// Reads until `words` arrive; returns the unconsumed text up to and including them.
    pub async fn hears(&mut self, words: &str) -> String {
        loop {
            if let Some(at) = self.heard.find(words) {
                let rest = self.heard.split_off(at + words.len());
                return std::mem::replace(&mut self.heard, rest);
            }
            assert!(
                self.listens().await,
                "the stream ended without {words:?}: {}",
                self.heard
            );
        }
    }

    /// Next edition of the board.
    pub async fn edition(&mut self) -> Value {
        self.hears("data: {").await;
        let line = self.hears("\n").await;
        serde_json::from_str(&format!("{{{line}")).expect("JSON")
    }

    /// Remaining text until the server ends the stream.
    pub async fn rest(&mut self) -> &str {
        while self.listens().await {}
        &self.heard
    }

    async fn listens(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let read = tokio::time::timeout(PATIENCE, self.socket.read(&mut buffer)).await;
        let read = read.expect("something within half a minute").expect("read");
        self.heard.push_str(&String::from_utf8_lossy(&buffer[..read]));
        read > 0
    }
}
