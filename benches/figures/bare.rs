//! The floor of a page: an axum handler that returns finished bytes and knows nothing else.

use std::{path::Path, process::Command};

use axum::{Router, http::header, routing::get};
use bytes::Bytes;
use tokio::net::TcpListener;

use crate::program::Program;

/// The word that turns this program into the server.
pub const COMMAND: &str = "serve-bytes";

/// Starts a server that answers `/` with the bytes of a file, in an encoding that may be empty.
pub fn start(file: &Path, encoding: &str) -> Program {
    let mut command = Command::new(std::env::current_exe().expect("own path"));
    command.arg(COMMAND).arg(file).arg(encoding);
    Program::start(command)
}

/// The server itself.
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
