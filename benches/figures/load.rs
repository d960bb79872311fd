//! Load generator with little overhead of its own: persistent raw connections, one request in flight on each, response
//! bodies read and discarded.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Number of concurrent connections.
const CONNECTIONS: usize = 16;
/// Read buffer in bytes, large enough for a whole page.
const BUFFER: usize = 256 * 1024;

/// Responses per second with status 200, when repeating `request` for the duration `time`.
pub fn answers_a_second(address: SocketAddr, request: &str, time: Duration) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let start = Instant::now();
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|_| tokio::spawn(client(address, request.to_owned(), start + time)))
            .collect();
        let mut answers = 0;
        for client in clients {
            answers += client.await.expect("no client fails");
        }
        f64::from(answers) / start.elapsed().as_secs_f64()
    })
}

async fn client(address: SocketAddr, request: String, until: Instant) -> u32 {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.set_nodelay(true).expect("set");
    let mut buffer = vec![0; BUFFER];
    let mut answers = 0;
    while Instant::now() < until {
        stream.write_all(request.as_bytes()).await.expect("sent");
        read_answer(&mut stream, &mut buffer).await;
        answers += 1;
    }
    answers
}

async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut filled = 0;
    let length = loop {
        filled += read_some(stream, &mut buffer[filled..]).await;
        if let Some(length) = length(&buffer[..filled]) {
            break length;
        }
    };
    while filled < length {
        filled += read_some(stream, buffer).await;
    }
    assert_eq!(filled, length, "more than one answer to one request");
}

async fn read_some(stream: &mut TcpStream, buffer: &mut [u8]) -> usize {
    let read = stream.read(buffer).await.expect("answered");
    assert!(read > 0, "the connection was closed");
    read
}

/// Total length of a response in bytes; `None` before its headers are complete.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..head]).expect("headers are text");
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    let value = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    let body: usize = value.and_then(|value| value.parse().ok()).expect("a length");
    Some(head + 4 + body)
}
