//! Where a run stands, so that one that broke goes on.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Feed;

/// How much a run reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Everything that the vendor has. What it no longer mentions is gone.
    Full,
    /// What changed since the last run began, and a little more.
    Incremental,
}

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// How much it reads.
    pub mode: Mode,
    /// The watermark of the last complete run.
    pub since: Option<Timestamp>,
    /// When it began: the watermark for the next run.
    pub started_at: Timestamp,
}

impl Run {
    /// Everything, read at `started_at`.
    pub fn full(started_at: Timestamp) -> Self {
        Self {
            mode: Mode::Full,
            since: None,
            started_at,
        }
    }

    /// What changed since `watermark`; everything when there is none.
    pub fn incremental(watermark: Option<Timestamp>, started_at: Timestamp) -> Self {
        let mode = if watermark.is_some() {
            Mode::Incremental
        } else {
            Mode::Full
        };
        Self {
            mode,
            since: watermark,
            started_at,
        }
    }

    /// From when on changes are wanted, `overlap` before the watermark; `None` in a full run.
    pub fn changed_since(&self, overlap: SignedDuration) -> Option<Timestamp> {
        let since = self.since.filter(|_| self.mode == Mode::Incremental)?;
        Some(since.saturating_sub(overlap).unwrap_or(since))
    }

    /// So long before the run began.
    pub fn ago(&self, span: SignedDuration) -> Timestamp {
        self.started_at.saturating_sub(span).unwrap_or(self.started_at)
    }
}

/// Where a run stands. Serialises, so that it can be stored beside the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// What the run is for.
    pub run: Run,
    /// The list that is being read; `None` at the very start.
    feed: Option<String>,
    /// Where its next page begins, in the vendor's own terms.
    after: Option<String>,
}

/// What comes after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Another page, at this cursor.
    More(Cursor),
    /// Nothing: the run is complete, and the next incremental one starts from here.
    Done {
        /// When this run began.
        watermark: Timestamp,
    },
}

impl Cursor {
    /// The start of a run.
    pub fn at_start(run: Run) -> Self {
        Self {
            run,
            feed: None,
            after: None,
        }
    }

    /// The start of the list in which it stands: for a stored cursor that the vendor no longer accepts.
    #[must_use]
    pub fn rewound(&self) -> Self {
        Self {
            after: None,
            ..self.clone()
        }
    }

    /// Which of `feeds` is to be read. A list that is no longer known means that the run starts over.
    pub(super) fn feed_among(&self, feeds: &[Feed]) -> Option<(usize, Feed)> {
        let index = feeds
            .iter()
            .position(|feed| Some(feed.name) == self.feed.as_deref())
            .unwrap_or(0);
        feeds.get(index).map(|feed| (index, *feed))
    }

    /// Where the page begins, if the cursor stands in this very list.
    pub(super) fn after_in(&self, feed: Feed) -> Option<&str> {
        self.after
            .as_deref()
            .filter(|_| self.feed.as_deref() == Some(feed.name))
    }

    /// After a page of the first of `feeds`.
    pub(super) fn advanced(&self, feeds: &[Feed], after: Option<String>) -> Progress {
        let feed = if after.is_some() { feeds.first() } else { feeds.get(1) };
        match feed {
            Some(feed) => Progress::More(Self {
                run: self.run,
                feed: Some(feed.name.to_owned()),
                after,
            }),
            None => self.done(),
        }
    }

    pub(super) fn done(&self) -> Progress {
        Progress::Done {
            watermark: self.run.started_at,
        }
    }
}
