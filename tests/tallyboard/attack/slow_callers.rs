//! Slow and greedy callers at the program with its own time limits. Short versions of the same are tests of
//! `web::server`.

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::Command,
    time::{Duration, Instant},
};

use test_support::event_stream::EventStream;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{sleep, sleep_until, timeout},
};

use crate::{
    program::processes::{folder, program, serve},
    world::form,
};

const BOARDS: usize = 61;
const BODIES: usize = 100;
const UPLOADS: usize = 20;
const HALF_HEADS: usize = 400;
const DEAF: usize = 20;
/// Requests of a caller who reads nothing; their responses are more than the buffers of both ends hold.
const PIPELINED: usize = 100;
/// Time in which half of the pages come while all of them are there, on a machine that does nothing else.
const PAGE: Duration = Duration::from_millis(50);

/// Connections of one kind, each with the beginning of a request.
struct Callers {
    host: String,
    streams: Vec<TcpStream>,
}

impl Callers {
    async fn new(address: &str, number: usize, beginning: &str) -> Self {
        let host = address.trim_start_matches("http://").to_owned();
        let mut streams = Vec::new();
        for _ in 0..number {
            let mut stream = TcpStream::connect(&host).await.expect("connection");
            stream
                .write_all(beginning.replace("HOST", &host).as_bytes())
                .await
                .expect("written");
            streams.push(stream);
        }
        Self { host, streams }
    }

    /// Sends one more byte on each; fails where the program has hung up.
    async fn trickle(&mut self) {
        for stream in &mut self.streams {
            let _ = stream.write_all(b"a").await;
        }
    }

    /// What the program sent on each until it hung up. Fails if it has not.
    async fn answers(self) -> Vec<String> {
        let mut answers = Vec::new();
        for mut stream in self.streams {
            let mut text = Vec::new();
            // A reset is an end, too.
            let ended = timeout(Duration::from_secs(2), stream.read_to_end(&mut text)).await;
            assert!(ended.is_ok(), "{} has not hung up", self.host);
            answers.push(String::from_utf8_lossy(&text).into_owned());
        }
        answers
    }
}

/// Times of a few page views.
async fn page_times(address: &str) -> Vec<Duration> {
    let client = reqwest::Client::new();
    let mut times = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let answer = client
            .get(format!("{address}/leaderboard"))
            .send()
            .await
            .expect("answer");
        assert!(answer.status().is_success());
        answer.bytes().await.expect("page");
        times.push(start.elapsed());
    }
    times
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Opens connections from 127.0.0.1 until they are refused, and asks from 127.0.0.2.
async fn take_every_connection(program: Command, allowed: usize) {
    // The test holds the other ends.
    rlimit::increase_nofile_limit(u64::MAX).expect("open files");
    let (_running, address) = serve(program);
    let host: SocketAddr = address.trim_start_matches("http://").parse().expect("address");
    let ask = async |from: Ipv4Addr| {
        let socket = TcpSocket::new_v4().expect("socket");
        socket.bind((from, 0).into()).expect("address of its own");
        let mut stream = socket.connect(host).await.expect("connection");
        let request = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("answer");
        (stream, String::from_utf8_lossy(&answer).into_owned())
    };
    let mut held = Vec::new();
    for number in 1..=allowed {
        let (stream, answer) = ask(Ipv4Addr::LOCALHOST).await;
        assert_eq!(answer, "HTTP/1.1 200", "connection {number}");
        held.push(stream);
    }
    assert_eq!(ask(Ipv4Addr::LOCALHOST).await.1, "HTTP/1.1 503");
    assert_eq!(ask(Ipv4Addr::new(127, 0, 0, 2)).await.1, "HTTP/1.1 200");
    println!("{allowed} connections of one address were served, one more was refused, and one of another served");
}

#[tokio::test]
async fn one_address_cannot_take_every_connection() {
    let folder = folder();
    let mut command = program(folder.path());
    command.env("MAX_CONNECTIONS_PER_ADDRESS", "20");
    take_every_connection(command, 20).await;
}

#[tokio::test]
#[ignore = "takes 5 s: .ci/long"]
async fn one_address_cannot_take_every_connection_without_settings() {
    let folder = folder();
    take_every_connection(program(folder.path()), 1_024).await;
}

#[tokio::test]
#[ignore = "takes 60 s: .ci/long"]
async fn slow_and_greedy_callers_are_hung_up_on_while_pages_and_boards_go_on() {
    let folder = folder();
    let (running, address) = serve(program(folder.path()));
    let alone = median(page_times(&address).await);
    let mut boards = Vec::new();
    for _ in 0..BOARDS {
        boards.push(EventStream::open(&address, "/leaderboard/live", "").await);
    }
    let json = "POST /deals HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{\"client\":\"";
    let file = "POST /deals/import HTTP/1.1\r\nHost: HOST\r\nContent-Type: multipart/form-data; boundary=x\r\n\
                Content-Length: 20000000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";
    let deaf = "GET /openapi.json HTTP/1.1\r\nHost: HOST\r\n\r\n".repeat(PIPELINED);
    let mut bodies = Callers::new(&address, BODIES, json).await;
    let uploads = Callers::new(&address, UPLOADS, file).await;
    let half_heads = Callers::new(&address, HALF_HEADS, "GET / HTTP/1.1\r\nHost: HOST\r\nX-a: ").await;
    let start = tokio::time::Instant::now();
    let deaf = Callers::new(&address, DEAF, &deaf).await;
    let mut times = Vec::new();
    for second in (2..=46).step_by(4) {
        sleep_until(start + Duration::from_secs(second)).await;
        bodies.trickle().await;
        times.extend(page_times(&address).await);
    }
    for (name, callers) in [("bodies", bodies), ("uploads", uploads)] {
        let answers = callers.answers().await;
        let too_slow = answers.iter().filter(|line| line.starts_with("HTTP/1.1 408 ")).count();
        assert_eq!(too_slow, answers.len(), "{name}: {answers:?}");
        println!("{too_slow} slow {name} were answered 408");
    }
    let hung_up = half_heads.answers().await;
    assert!(hung_up.iter().all(String::is_empty), "{hung_up:?}");
    for answers in deaf.answers().await {
        let answered = answers.matches("HTTP/1.1 200").count();
        assert!(answered < PIPELINED, "a caller who read nothing was waited for");
    }
    println!(
        "{} half-sent heads and {DEAF} callers who read nothing were hung up on",
        hung_up.len()
    );
    let slowest = times.iter().max().copied().unwrap_or_default();
    let usual = median(times);
    println!("a page took {usual:?}, at most {slowest:?}; without these callers {alone:?}");
    assert!(usual < PAGE.max(3 * alone), "a page took {usual:?}");
    let claim = form("Manny", "Acme", &["GitHub"], "k");
    let request = reqwest::Client::new()
        .post(format!("{address}/leaderboard/submissions"))
        .form(&claim);
    assert!(request.send().await.expect("answer").status().is_success());
    for board in &mut boards {
        board.hears("Manny: +1 at Acme (GitHub).").await;
    }
    println!("{BOARDS} boards of one address heard of a claim");
    drop(boards);
    sleep(Duration::from_millis(200)).await;
    let errors = running.stop_and_read_errors();
    assert!(!errors.contains("ERROR"), "{errors}");
}
