//! Live updates of the program: its end closes the streams.

use test_support::event_stream::EventStream;

use crate::program::processes::{folder, program, serve};

#[tokio::test]
async fn the_program_ends_the_streams_before_it_ends_itself() {
    let folder = folder();
    let (running, address) = serve(program(folder.path()));
    let mut stream = EventStream::open(&address, "/leaderboard/live", "").await;
    stream.edition().await;
    let ended = tokio::task::spawn_blocking(|| running.stop());
    let rest = stream.rest().await;
    // The last chunk of a complete response; a dropped connection has none.
    assert!(rest.ends_with("0\r\n\r\n"), "{rest:?}");
    assert_eq!(ended.await.expect("end"), Some(0));
}
