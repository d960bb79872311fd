//! What the callers do: their requests, and how long they think in between.

use std::{ops::Range, sync::Arc, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::time::Instant;

use crate::mixed::{
    addresses,
    client::{Answer, Client},
    ledger::Ledger,
    requests,
};

/// Kind of a request, as the table shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Read,
    Write,
    Export,
    Past,
    Upload,
    Stream,
}

impl Kind {
    /// Name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "reads",
            Self::Write => "writes",
            Self::Export => "exports",
            Self::Past => "looks back",
            Self::Upload => "uploads",
            Self::Stream => "streams",
        }
    }
}

/// What a connection does all the time.
#[derive(Clone, Copy)]
pub enum Role {
    Reader,
    Listener,
    Writer,
    Exporter,
    Historian,
    Uploader,
}

impl Role {
    /// Repeats requests until the time has come.
    pub async fn run(self, client: Client, ledger: Arc<Ledger>, until: Instant) {
        let mut random = StdRng::seed_from_u64(u64::from(client.number));
        // People do not come at one moment.
        pause(&mut random, 0..1_000, until).await;
        while Instant::now() < until {
            self.act(&client, &ledger, &mut random, until).await;
            pause(&mut random, self.thinks(), until).await;
        }
    }

    /// Milliseconds between two requests.
    fn thinks(self) -> Range<u64> {
        match self {
            Self::Reader => 200..1_800,
            Self::Listener => 100..200,
            Self::Writer => 1_000..5_000,
            Self::Exporter | Self::Historian => 1_000..5_000,
            Self::Uploader => 5_000..15_000,
        }
    }

    async fn act(self, client: &Client, ledger: &Ledger, random: &mut StdRng, until: Instant) {
        match self {
            Self::Reader => {
                let accept = ["text/html", "application/json"][random.random_range(0..2)];
                get(client, ledger, Kind::Read, &addresses::read(random), accept).await;
            }
            Self::Exporter => get(client, ledger, Kind::Export, &addresses::exported(random), "*/*").await,
            Self::Historian => get(client, ledger, Kind::Past, &addresses::past(random), "text/html").await,
            Self::Writer => requests::write(client, ledger, random).await,
            Self::Uploader => requests::upload(client, ledger, random).await,
            Self::Listener => {
                let path = "/leaderboard/live";
                let start = Instant::now();
                let (status, events) = client.listen(path, until).await;
                let body = if events == 0 { "no event" } else { "" }.into();
                ledger.count(Kind::Stream, path, &Answer { status, body }, start.elapsed());
            }
        }
    }
}

async fn get(client: &Client, ledger: &Ledger, kind: Kind, path: &str, accept: &str) {
    let start = Instant::now();
    let answer = client.get(path, accept).await;
    ledger.count(kind, path, &answer, start.elapsed());
}

async fn pause(random: &mut StdRng, milliseconds: Range<u64>, until: Instant) {
    let time = Duration::from_millis(random.random_range(milliseconds));
    tokio::time::sleep_until((Instant::now() + time).min(until)).await;
}
