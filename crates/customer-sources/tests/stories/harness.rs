//! Test harness: material of the vendors, a clock, and runs to the end of a source.

use std::path::Path;

use customer_sources::{
    OpenSource, ReadProgress, SourceError, SourceRun, SyncCursor, Timer, Vendor, VendorSettings,
    event::CustomerEvent,
    observation::{MonthMetrics, Observation, RecordFinding, SourcePage},
    open,
};
use jiff::Timestamp;
use serde_json::Value;
use test_support::{recordings, sleep_clock::SleepClock};

/// Origin of a vendor's responses.
#[derive(Clone, Copy, Debug)]
pub enum Material {
    /// Written by us after the vendor's: one file a vendor in `tests/cases`.
    Own,
    /// Recorded, or published by the vendor; from outside the repository.
    Recorded,
}

impl Material {
    /// Our own material, and the recorded one if it is there.
    pub fn available() -> impl Iterator<Item = Self> {
        [Self::Own]
            .into_iter()
            .chain(recordings::folder().map(|_| Self::Recorded))
    }

    /// The response, or list of exchanges, with this name.
    pub fn read(self, vendor: &str, name: &str) -> Value {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cases/{vendor}.json"));
        let path = match self {
            Self::Own => own,
            Self::Recorded => {
                let folder = recordings::folder().expect("a folder of recordings");
                folder.join(format!("vendors/samples/{vendor}/{name}.json"))
            }
        };
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let value: Value = serde_json::from_str(&text).expect("JSON");
        match self {
            Self::Own => value.get(name).unwrap_or_else(|| panic!("{vendor}: no {name}")).clone(),
            Self::Recorded => value,
        }
    }

    /// Bodies of the responses of a list of exchanges, in order.
    pub fn bodies(self, vendor: &str, name: &str) -> Vec<Value> {
        let exchanges = array(&self.read(vendor, name));
        exchanges
            .iter()
            .map(|exchange| exchange["response"]["body"].clone())
            .collect()
    }
}

/// Items of a JSON array.
pub fn array(value: &Value) -> Vec<Value> {
    value.as_array().expect("an array").clone()
}

/// Clock that advances only by sleeping, and begins at [`now`].
pub struct TestTime(SleepClock);

impl TestTime {
    pub fn new() -> Self {
        Self(SleepClock::new(now()))
    }

    pub fn time(&self) -> Timer {
        let (clock, sleeping) = (self.0.clone(), self.0.clone());
        Timer::with_sleep(move || clock.now(), move |pause| sleeping.sleep(pause))
    }

    pub fn slept(&self) -> Vec<std::time::Duration> {
        self.0.slept()
    }
}

pub const NOW: &str = "2026-03-01T12:00:00Z";

pub fn now() -> Timestamp {
    NOW.parse().expect("a time")
}

/// Everything that a run returned.
#[derive(Debug, Default)]
pub struct Brought {
    pub pages: usize,
    pub observations: Vec<Observation>,
    pub events: Vec<CustomerEvent>,
    pub metrics: Vec<MonthMetrics>,
    pub findings: Vec<RecordFinding>,
}

impl Brought {
    pub fn take(&mut self, page: SourcePage) {
        self.pages += 1;
        self.observations.extend(page.observations);
        self.events.extend(page.events);
        self.metrics.extend(page.metrics);
        self.findings.extend(page.findings);
    }

    /// Ids of the subjects and events, sorted and without duplicates.
    pub fn ids(&self) -> Vec<String> {
        let of_subject = |seen: &Observation| format!("{:?} {}", seen.subject.kind, seen.subject.id);
        let mut ids: Vec<String> = self.observations.iter().map(of_subject).collect();
        ids.extend(
            self.events
                .iter()
                .map(|event| format!("{} {}", event.detail.kind(), event.id)),
        );
        ids.sort();
        ids.dedup();
        ids
    }

    pub fn observation(&self, id: &str) -> &Observation {
        let found = self.observations.iter().find(|seen| seen.subject.id == id);
        found.unwrap_or_else(|| panic!("no observation {id} among {:?}", self.ids()))
    }

    pub fn event(&self, id: &str) -> &CustomerEvent {
        let found = self.events.iter().find(|event| event.id == id);
        found.unwrap_or_else(|| panic!("no event {id} among {:?}", self.ids()))
    }
}

pub fn open_at(vendor: &'static Vendor, mut settings: VendorSettings, url: &str, time: &TestTime) -> OpenSource {
    settings.base_url = Some(url.to_owned());
    open(vendor, settings, time.time()).expect("settings")
}

/// Reads to the end; every cursor is serialised and parsed between the pages.
pub async fn read_all(source: &OpenSource, run: SourceRun) -> Result<Brought, SourceError> {
    read_on(source, source.start(run)).await
}

pub async fn read_on(source: &OpenSource, mut cursor: SyncCursor) -> Result<Brought, SourceError> {
    let mut brought = Brought::default();
    loop {
        let (page, progress) = source.next(&cursor).await?;
        brought.take(page);
        match progress {
            ReadProgress::More(next) => {
                let stored = serde_json::to_string(&next).expect("stored");
                assert_ne!(next, cursor, "the cursor stands still");
                cursor = serde_json::from_str(&stored).expect("read back");
            }
            ReadProgress::Done { watermark } => {
                assert_eq!(watermark, cursor.run.started_at);
                return Ok(brought);
            }
        }
        assert!(brought.pages < 1000, "the list has no end");
    }
}

/// Copy of `record` with another id.
pub fn with_id(record: &Value, place: &str, id: &str) -> Value {
    let mut copy = record.clone();
    *copy.pointer_mut(place).expect("a place") = id.into();
    copy
}
