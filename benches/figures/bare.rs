//! Baseline server: an axum handler that returns precomputed bytes.

use std::{path::Path, process::Command};

use axum::{Router, http::header, routing::get};
use bytes::Bytes;
use tokio::net::TcpListener;

use crate::program::Program;

/// First argument that makes the benchmark executable run as the server.
pub const COMMAND: &str = "serve-bytes";

/// Starts a server that returns the bytes of a file at `/`. An empty `encoding` means no `Content-Encoding` header.
pub fn start(file: &Path, encoding: &str) -> Program {
    let mut command = Command::new(std::env::current_exe().expect("own path"));
    command.arg(COMMAND).arg(file).arg(encoding);
    Program::start(command)
}

/// Runs the server; `arguments` are the file and the encoding.
pub async fn serve(arguments: &[String]) {
    let [file, encoding] = arguments else {
        panic!("a file and an encoding are needed");
    };
    let body = Bytes::from(std::fs::read(file).expect("readable"));
    let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
    let router = if encoding.is_empty() {
        Router::new().route("/", get(move || async move { ([kind], body) }))
    } else {
        let encoding = (header::CONTENT_ENCODING, encoding.clone());
        Router::new().route("/", get(move || async move { ([kind], [encoding], body) }))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("Bytes at http://{}", listener.local_addr().expect("an address"));
    axum::serve(listener, router).await.expect("served");
}
