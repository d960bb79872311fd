//! Customer sources: clients of eight vendors that read customer data page by page.
//!
//! A vendor is one file with one constant of type [`Vendor`], and one line in [`VENDORS`]. The file holds everything
//! specific to the vendor: URLs, headers, pagination, rate-limit headers and field mapping. It returns the types of
//! [`observation`] and [`event`], which all vendors share.
//!
//! A sync reads a source in these steps:
//!
//! 1. [`open`] creates an [`OpenSource`] from a vendor and its [`VendorSettings`].
//! 2. [`OpenSource::start`] creates a [`SyncCursor`] for a full run, or for changes since the start of the last run.
//! 3. [`OpenSource::next`] reads one page at the cursor and returns the page and the next cursor. Once the page is
//!    stored, the cursor may be stored too, so that an interrupted run resumes there. Reading a page twice is harmless,
//!    because every record has an id. If the vendor no longer accepts a stored cursor, it is [rewound](SyncCursor::rewound)
//!    to the start of its feed.
//! 4. The run ends with [`ReadProgress::Done`] and the watermark from which the next incremental run starts. Each vendor
//!    reads further back than the watermark by its own overlap, so records may come again.
//!
//! An unreadable record becomes a finding on its page and does not stop the run. A [`SourceError`] stops the run of one
//! source and explains the remedy. [`OpenSource::check`] requests one record of each feed and reports missing
//! permissions.
//!
//! The rules of each vendor, their sources, and the steps to add a vendor are in `docs/directives/sources.md`.

pub mod amount;
pub mod client;
mod cursor;
pub mod email;
mod error;
pub mod event;
pub mod lenient_json;
pub mod mrr;
pub mod observation;
mod settings;
pub mod subject;
pub mod vendors;

use std::{fmt, num::NonZeroU32, pin::Pin};

pub use crate::{
    client::rate_limit::Timer,
    cursor::{ReadProgress, SourceRun, SyncCursor, SyncMode},
    error::SourceError,
    settings::{Secret, VendorSettings},
};
use crate::{
    observation::{RecordEffect, RecordFinding, SourcePage},
    vendors::VENDORS,
};

/// Vendor: its identity and the constructor of its client.
pub struct Vendor {
    /// Short name, used in commands, URLs, settings and stored rows.
    pub name: &'static str,
    /// Display name.
    pub title: &'static str,
    /// Evidence that the client was tested with.
    pub verification: Verification,
    /// Base URL of the API; `None` if only the settings can give it.
    pub base_url: Option<&'static str>,
    /// Calls per minute, unless the settings override it.
    pub calls_per_minute: NonZeroU32,
    /// Creates the client. The error names the invalid setting and a valid value.
    pub build: fn(VendorSettings, Timer) -> Result<Box<dyn Source>, String>,
}

/// Evidence that a client was tested with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Recorded traffic, or the vendor's own specification and examples.
    Recordings,
    /// Documentation and third-party clients only: not verified against the live API.
    DocumentsOnly,
    /// No vendor: the mapping is tested with recorded lists of other vendors.
    Mapping,
}

impl Verification {
    /// Note shown with the name of the source; empty if there is no caveat.
    pub fn note(self) -> &'static str {
        match self {
            Self::Recordings | Self::Mapping => "",
            Self::DocumentsOnly => "not verified against the live API",
        }
    }
}

/// Boxed future of a source method.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Client of a vendor. [`OpenSource`] adds what all vendors share.
pub trait Source: Send + Sync {
    /// Feeds to read in this run, in order.
    fn feeds(&self, run: SourceRun) -> Vec<Feed>;

    /// Reads one page of a feed.
    fn page<'a>(&'a self, ask: PageRequest<'a>) -> BoxFuture<'a, Result<FeedPage, SourceError>>;

    /// Requests as little as possible of each feed to test access.
    fn check(&self) -> BoxFuture<'_, Vec<AccessProbe>>;
}

/// Feed: a list of records of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Name, such as `contacts`.
    pub name: &'static str,
    /// Whether the run needs it.
    pub need: FeedRequirement,
}

/// Whether a run needs a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedRequirement {
    /// The run fails without it.
    Required,
    /// If the key lacks permission, the run continues without it, with a finding.
    Optional,
}

impl Feed {
    /// Feed that the run needs.
    pub const fn required(name: &'static str) -> Self {
        let need = FeedRequirement::Required;
        Self { name, need }
    }

    /// Feed that the plan or the key may lack.
    pub const fn optional(name: &'static str) -> Self {
        let need = FeedRequirement::Optional;
        Self { name, need }
    }
}

/// Request for one page of a feed.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<'a> {
    /// Name of the feed.
    pub feed: &'static str,
    /// Vendor's cursor of the page; `None` for the first page.
    pub after: Option<&'a str>,
    /// Parameters of the run.
    pub run: SourceRun,
}

/// Page of a feed with the cursor of the next one.
#[derive(Debug, Default)]
pub struct FeedPage {
    /// Content of the page.
    pub page: SourcePage,
    /// Vendor's cursor of the next page; `None` at the end of the feed.
    pub after: Option<String>,
}

/// Result of an access test of one feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessProbe {
    /// Tested resource, such as `contacts`.
    pub what: &'static str,
    /// Success, or the error.
    pub outcome: Result<(), SourceError>,
}

/// Client of a vendor with its settings.
pub struct OpenSource {
    /// Vendor of the client.
    pub vendor: &'static Vendor,
    client: Box<dyn Source>,
}

/// Creates the client of a vendor.
///
/// # Errors
/// A message that names the setting, the problem and a valid value.
pub fn open(vendor: &'static Vendor, settings: VendorSettings, time: Timer) -> Result<OpenSource, String> {
    let client = (vendor.build)(settings, time).map_err(|reason| format!("{}: {reason}", vendor.title))?;
    Ok(OpenSource { vendor, client })
}

/// Creates the clients of all enabled sources, by the short name of the vendor.
///
/// # Errors
/// As [`open`], for the first client that cannot be created.
pub fn open_all(
    switched_on: impl IntoIterator<Item = (&'static str, VendorSettings)>,
    time: &Timer,
) -> Result<Vec<OpenSource>, String> {
    let client = |(name, settings)| {
        let vendor = VENDORS.iter().find(|vendor| vendor.name == name);
        let vendor = vendor.ok_or_else(|| format!("There is no source “{name}”."))?;
        open(vendor, settings, time.clone())
    };
    switched_on.into_iter().map(client).collect()
}

impl OpenSource {
    /// Cursor at the start of a run. Without a watermark of an earlier run it is a full run.
    pub fn start(&self, run: SourceRun) -> SyncCursor {
        SyncCursor::at_start(run)
    }

    /// Reads the page at the cursor.
    ///
    /// # Errors
    /// See [`SourceError`]. The cursor remains valid: a later read resumes at the same page.
    pub async fn next(&self, cursor: &SyncCursor) -> Result<(SourcePage, ReadProgress), SourceError> {
        let feeds = self.client.feeds(cursor.run);
        let Some((index, feed)) = cursor.feed_among(&feeds) else {
            return Ok((SourcePage::default(), cursor.done()));
        };
        let ask = PageRequest {
            feed: feed.name,
            after: cursor.after_in(feed),
            run: cursor.run,
        };
        let (mut page, after) = match self.client.page(ask).await {
            Ok(FeedPage { after, .. }) if after.is_some() && after.as_deref() == ask.after => {
                return Err(self.endless(feed));
            }
            Ok(FeedPage { page, after }) => (page, after),
            Err(failure @ SourceError::NotAllowed { .. }) if feed.need == FeedRequirement::Optional => {
                (self.without(feed, &failure), None)
            }
            Err(failure) => return Err(failure),
        };
        self.sign(&mut page, feed);
        Ok((page, cursor.advanced(&feeds[index..], after)))
    }

    /// Tests access to each feed: detects an invalid key and missing permissions.
    pub async fn check(&self) -> Vec<AccessProbe> {
        self.client.check().await
    }

    fn endless(&self, feed: Feed) -> SourceError {
        SourceError::Unreadable {
            vendor: self.vendor.title,
            what: feed.name.to_owned(),
            reason: "the next page begins where this one begins".to_owned(),
        }
    }

    fn without(&self, feed: Feed, failure: &SourceError) -> SourcePage {
        let mut page = SourcePage::default();
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

    fn sign(&self, page: &mut SourcePage, feed: Feed) {
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
