//! The sources: what each vendor knows of the customers, read page by page.
//!
//! A vendor is one file with one constant, [`Vendor`], and one line in [`VENDORS`]. The file holds everything that is
//! special about the vendor: addresses, headers, paging, what its rate headers mean, which fields mean what. It answers
//! with the shapes of [`record`] and [`event`], which are the same for all.
//!
//! How a sync reads a source:
//!
//! 1. [`open`] makes an [`OpenSource`] of a vendor and its [`Settings`].
//! 2. [`OpenSource::start`] makes a [`Cursor`]: a full run, or one for changes since the last run began.
//! 3. [`OpenSource::next`] reads one page at the cursor. The answer holds the page and the cursor after it. Once the page
//!    is stored, the cursor may be stored too: a run that broke goes on from there. Reading a page twice changes
//!    nothing, because every record has an id. A stored cursor that the vendor refuses, because it has grown old, is
//!    [rewound](Cursor::rewound) to the start of its list.
//! 4. At the end stands [`Progress::Done`] with the watermark, from which the next incremental run starts. Each vendor
//!    reads further back than the watermark by the overlap that it needs, so records may come again.
//!
//! A record that cannot be read is a finding on its page and stops nothing. A [`Failure`] stops the run of one source and
//! says in a sentence what to do. [`OpenSource::check`] asks each list for one record and names what the key lacks.
//!
//! The rules of a vendor and where they come from stand in `docs/directives/sources.md`, with the steps to add one.

pub mod calendly;
pub mod chartmogul;
pub mod cursor;
pub mod dashboard;
pub mod dialect;
pub mod event;
pub mod failure;
pub mod fathom;
pub mod hubspot;
pub mod intercom;
pub mod pace;
pub mod reading;
pub mod record;
pub mod settings;
pub mod stripe;
pub mod transport;
pub mod userflow;

use std::{fmt, num::NonZeroU32, pin::Pin};

pub use cursor::{Cursor, Mode, Progress, Run};
pub use failure::Failure;
pub use pace::Time;
pub use settings::{Secret, Settings};

use record::{Page, RecordEffect, RecordFinding};

/// Every vendor, in the order in which a sync of all reads them.
pub const VENDORS: &[&Vendor] = &[
    &intercom::VENDOR,
    &hubspot::VENDOR,
    &calendly::VENDOR,
    &userflow::VENDOR,
    &fathom::VENDOR,
    &dashboard::VENDOR,
    &chartmogul::VENDOR,
    &stripe::VENDOR,
];

/// A vendor: who it is and how its client is made.
pub struct Vendor {
    /// Short name: in commands, addresses, settings and stored rows.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What the client was tried against.
    pub verification: Verification,
    /// Where the vendor answers; `None` when only the settings can tell.
    pub base_url: Option<&'static str>,
    /// Calls in a minute, unless the settings say otherwise.
    pub calls_per_minute: NonZeroU32,
    /// Makes the client; the sentence says which setting is wrong and what would be right.
    pub build: fn(Settings, Time) -> Result<Box<dyn Source>, String>,
}

/// What a client was tried against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Recorded traffic or the vendor's own specification and examples.
    Recordings,
    /// Documentation and other people's clients only: not verified against the live API.
    DocumentsOnly,
    /// There is no vendor; the mapping is tested with recorded lists of others.
    Mapping,
}

impl Verification {
    /// The note that stands beside the name of the source; empty when there is nothing to warn of.
    pub fn note(self) -> &'static str {
        match self {
            Self::Recordings | Self::Mapping => "",
            Self::DocumentsOnly => "not verified against the live API",
        }
    }
}

/// A future that a source answers with.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a vendor's client can do. The rest is the same for all, see [`OpenSource`].
pub trait Source: Send + Sync {
    /// The lists to read in this run, in order.
    fn feeds(&self, run: Run) -> Vec<Feed>;

    /// Reads one page of a list.
    fn page<'a>(&'a self, ask: Ask<'a>) -> Pending<'a, Result<FeedPage, Failure>>;

    /// Asks each list for as little as possible.
    fn check(&self) -> Pending<'_, Vec<Probe>>;
}

/// A list of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its name, such as `contacts`.
    pub name: &'static str,
    /// Whether a run without it is worth something.
    pub need: Need,
}

/// Whether a run without a list is worth something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The run fails without it.
    Required,
    /// The run goes on without it when the key may not read it, with a finding.
    Optional,
}

impl Feed {
    /// A list without which the run fails.
    pub const fn required(name: &'static str) -> Self {
        let need = Need::Required;
        Self { name, need }
    }

    /// A list that a plan or a key may lack.
    pub const fn optional(name: &'static str) -> Self {
        let need = Need::Optional;
        Self { name, need }
    }
}

/// Which page of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Name of the list.
    pub feed: &'static str,
    /// Where the page begins, in the vendor's own terms; `None` for the first.
    pub after: Option<&'a str>,
    /// What the run is for.
    pub run: Run,
}

/// One page of a list, and where the next one begins.
#[derive(Debug, Default)]
pub struct FeedPage {
    /// What stands on it.
    pub page: Page,
    /// Where the next page begins; `None` at the end of the list.
    pub after: Option<String>,
}

/// The outcome of asking one list for as little as possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What was asked for, such as `contacts`.
    pub what: &'static str,
    /// Nothing to complain about, or what stands in the way.
    pub outcome: Result<(), Failure>,
}

/// A vendor's client with its settings.
pub struct OpenSource {
    /// Whose client it is.
    pub vendor: &'static Vendor,
    client: Box<dyn Source>,
}

/// Makes the client of a vendor.
///
/// # Errors
/// A sentence that names the setting, what is wrong with it and what would be right.
pub fn open(vendor: &'static Vendor, settings: Settings, time: Time) -> Result<OpenSource, String> {
    let client = (vendor.build)(settings, time).map_err(|reason| format!("{}: {reason}", vendor.title))?;
    Ok(OpenSource { vendor, client })
}

/// Makes the clients of all sources that are switched on, by the short name of the vendor.
///
/// # Errors
/// As [`open`], for the first that cannot be made.
pub fn open_all(
    switched_on: impl IntoIterator<Item = (&'static str, Settings)>,
    time: &Time,
) -> Result<Vec<OpenSource>, String> {
    let client = |(name, settings)| {
        let vendor = VENDORS.iter().find(|vendor| vendor.name == name);
        let vendor = vendor.ok_or_else(|| format!("There is no source “{name}”."))?;
        open(vendor, settings, time.clone())
    };
    switched_on.into_iter().map(client).collect()
}

impl OpenSource {
    /// Where a run begins. Without a watermark of an earlier run it is a full one.
    pub fn start(&self, run: Run) -> Cursor {
        Cursor::at_start(run)
    }

    /// Reads the page at the cursor.
    ///
    /// # Errors
    /// See [`Failure`]; the cursor is still good, and reading it again later goes on where it stopped.
    pub async fn next(&self, cursor: &Cursor) -> Result<(Page, Progress), Failure> {
        let feeds = self.client.feeds(cursor.run);
        let Some((index, feed)) = cursor.feed_among(&feeds) else {
            return Ok((Page::default(), cursor.done()));
        };
        let ask = Ask {
            feed: feed.name,
            after: cursor.after_in(feed),
            run: cursor.run,
        };
        let (mut page, after) = match self.client.page(ask).await {
            Ok(FeedPage { after, .. }) if after.is_some() && after.as_deref() == ask.after => {
                return Err(self.endless(feed));
            }
            Ok(FeedPage { page, after }) => (page, after),
            Err(failure @ Failure::NotAllowed { .. }) if feed.need == Need::Optional => {
                (self.without(feed, &failure), None)
            }
            Err(failure) => return Err(failure),
        };
        self.sign(&mut page, feed);
        Ok((page, cursor.advanced(&feeds[index..], after)))
    }

    /// Asks each list for as little as possible: tells a bad key and names what it may not read.
    pub async fn check(&self) -> Vec<Probe> {
        self.client.check().await
    }

    fn endless(&self, feed: Feed) -> Failure {
        Failure::Unreadable {
            vendor: self.vendor.title,
            what: feed.name.to_owned(),
            reason: "the next page begins where this one begins".to_owned(),
        }
    }

    fn without(&self, feed: Feed, failure: &Failure) -> Page {
        let mut page = Page::default();
        page.findings.push(RecordFinding {
            source: self.vendor.name.to_owned(),
            feed: feed.name.to_owned(),
            record: format!("all {}", feed.name),
            field: None,
            reason: format!("{failure} {}", failure.cure()),
            effect: RecordEffect::FeedLeftOut,
        });
        page
    }

    fn sign(&self, page: &mut Page, feed: Feed) {
        let source = self.vendor.name;
        for observation in &mut page.observations {
            source.clone_into(&mut observation.source);
            feed.name.clone_into(&mut observation.feed);
        }
        for event in &mut page.events {
            source.clone_into(&mut event.source);
        }
        for metrics in &mut page.metrics {
            source.clone_into(&mut metrics.source);
        }
        for finding in &mut page.findings {
            source.clone_into(&mut finding.source);
            feed.name.clone_into(&mut finding.feed);
        }
    }
}

impl fmt::Debug for OpenSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OpenSource({})", self.vendor.name)
    }
}
