//! Read cache (moka): one call for all tabs of a board, shared by all concurrent readers.
//!
//! Entries are keyed by an epoch that every write attempt raises, before and after: a read that began before a write
//! belongs to an older epoch and is never found by a later request. After a write that only added rows, reading the end
//! of the tabs is enough; everything is read again once the last full read is too old.

pub(crate) mod classification;

use std::{
    any::{Any, TypeId},
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use moka::{future::Cache, policy::EvictionPolicy};
use tokio::sync::watch;

use crate::{
    change_detection::{ChangeDetector, ReadSpan, own_writes::OwnWrite},
    clock::Clock,
    google::{call_error::CallError, client::SpreadsheetClient, wire_types::TabProperties},
    options::{ChangeCheck, StoreOptions},
    read::{
        dataset::{Dataset, FullRead, Reading, Snapshot, TabRows},
        outages::{FAILURE_COOLDOWN, OutageTracker, is_outage},
        pages::PageReader,
        read_error::ReadError,
        tab_list::TabList,
    },
    schema::tab::Tab,
    status::TabStatuses,
};

/// Longest wait for new data if older data is cached.
const MAX_WAIT_WITH_STALE_DATA: Duration = Duration::from_secs(4);
/// Capacity of the cache in bytes. The ten million cells that a spreadsheet may have take about 300 MB.
const MAX_CACHED_BYTES: u64 = 1 << 30;
/// Attempts of a caller that accepts no stale data.
const FRESH_READ_ATTEMPTS: usize = 2;

type AnySnapshot = Arc<dyn Any + Send + Sync>;

pub(crate) struct Reader {
    spreadsheet: Arc<SpreadsheetClient>,
    clock: Clock,
    fresh_for: SignedDuration,
    first_pause: Duration,
    patience: Duration,
    epoch: AtomicU64,
    /// First epoch whose reads can be extended by added rows.
    full_from: AtomicU64,
    change_check: ChangeCheck,
    after_read: fn(rows: usize),
    version: AtomicU64,
    /// Newest cached version.
    data_versions: watch::Sender<u64>,
    current: Cache<CacheKey, Arc<CachedRead>>,
    /// Last good data of each dataset, regardless of its epoch: for outages, and as base of comparison.
    last: Cache<TypeId, CachedSnapshot>,
    tab_list: Arc<TabList>,
    pages: Arc<PageReader>,
    change_detector: Arc<ChangeDetector>,
    outages: OutageTracker,
    /// Datasets whose tabs did not match their schema recently, with the error.
    schema_errors: Cache<TypeId, (Timestamp, ReadError)>,
    tabs_read: TabStatuses,
}

/// Dataset in one epoch.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct CacheKey {
    dataset: TypeId,
    epoch: u64,
}

struct CachedRead {
    cached: CachedSnapshot,
    /// Time of the last full read.
    read_at: Timestamp,
    refreshing: AtomicBool,
}

/// Snapshot with its size in bytes.
#[derive(Clone)]
struct CachedSnapshot {
    snapshot: AnySnapshot,
    bytes: u32,
}

/// Effect of a write on existing rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteEffect {
    /// None: rows were added below them.
    RowsAdded,
    /// Some were changed or deleted.
    RowsChanged,
}

impl Reader {
    pub(crate) fn new(spreadsheet: Arc<SpreadsheetClient>, options: &StoreOptions, link_url: Arc<str>) -> Self {
        let tab_list = Arc::new(TabList::new(Arc::clone(&spreadsheet)));
        let pages = PageReader::new(
            Arc::clone(&spreadsheet),
            Arc::clone(&tab_list),
            link_url,
            options.rows_a_page,
        );
        let pages = Arc::new(pages);
        let change_detector = ChangeDetector::new(Arc::clone(&pages), options);
        Self {
            clock: options.clock.clone(),
            fresh_for: options.fresh_for,
            first_pause: options.first_pause,
            patience: options.patience,
            epoch: AtomicU64::new(0),
            full_from: AtomicU64::new(0),
            change_check: options.change_check,
            after_read: options.after_read,
            version: AtomicU64::new(0),
            data_versions: watch::Sender::new(0),
            current: newest_first_cache(|_, entry: &Arc<CachedRead>| entry.cached.bytes, MAX_CACHED_BYTES),
            last: newest_first_cache(|_, cached: &CachedSnapshot| cached.bytes, MAX_CACHED_BYTES),
            pages,
            change_detector: Arc::new(change_detector),
            tab_list,
            outages: OutageTracker::new(options.clock.clone()),
            schema_errors: newest_first_cache(|_, _| 1, 16),
            tabs_read: TabStatuses::default(),
            spreadsheet,
        }
    }

    /// Invalidates every read that has begun so far.
    pub(crate) fn raise_epoch(&self) {
        let before = self.epoch.fetch_add(1, Ordering::SeqCst);
        self.full_from.fetch_max(before + 1, Ordering::SeqCst);
    }

    /// Records the start of a write: a concurrent read may or may not include it.
    pub(crate) fn write_started(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// Announces the write of a row; `id` is the text of its first cell. Between [`Reader::write_started`] and the call.
    pub(crate) fn announce_write(&self, tab: &'static Tab, id: &str, write: OwnWrite) {
        self.change_detector.own_writes.note(tab, id, write);
    }

    /// Records the end of a write: rows were written, or may have been, so earlier reads are no longer returned.
    pub(crate) fn write_finished(&self, written: WriteEffect) {
        match written {
            WriteEffect::RowsAdded => drop(self.epoch.fetch_add(1, Ordering::SeqCst)),
            WriteEffect::RowsChanged => self.raise_epoch(),
        }
        self.change_detector.own_writes.ended(self.epoch.load(Ordering::SeqCst));
    }

    /// Detector of edits of staff.
    pub(crate) fn change_detector(&self) -> &ChangeDetector {
        &self.change_detector
    }

    /// Makes the next request read everything from Google, even shortly after a failure.
    pub(crate) fn refresh(&self) {
        self.raise_epoch();
        self.schema_errors.invalidate_all();
        self.outages.end_cooldown();
    }

    pub(crate) async fn read<D: Dataset>(self: &Arc<Self>) -> Result<Reading<D>, ReadError> {
        let key = self.cache_key::<D>();
        if let Some(entry) = self.current.get(&key).await {
            let is_due = !self.is_fresh(&entry) && self.recent_failure().is_none();
            if is_due && !entry.refreshing.swap(true, Ordering::SeqCst) {
                self.refresh_in_background::<D>(key, Arc::clone(&entry));
            }
            return self.reading(&entry.cached);
        }
        if let Some((until, error)) = self.schema_errors.get(&key.dataset).await
            && self.clock.now() < until
        {
            return Err(error);
        }
        let fetched = match self.recent_failure() {
            Some(error) => Err(Arc::new(error)),
            None => {
                let fetch = self.fetch_with_retries::<D>(key, MAX_WAIT_WITH_STALE_DATA);
                self.current.try_get_with(key, fetch).await
            }
        };
        match (fetched, self.last.get(&TypeId::of::<D>()).await) {
            (Ok(entry), _) => self.reading(&entry.cached),
            (Err(error), Some(cached)) if is_outage(&error) => {
                tracing::debug!(%error, "older data is shown");
                self.reading(&cached)
            }
            (Err(error), _) => Err(ReadError::clone(&error)),
        }
    }

    /// Tabs of `D` in the current epoch, not older than the freshness limit.
    pub(crate) async fn read_now<D: Dataset>(self: &Arc<Self>) -> Result<Reading<D>, ReadError> {
        let key = self.cache_key::<D>();
        // A concurrent page request may have a shorter timeout.
        for _ in 0..FRESH_READ_ATTEMPTS {
            let entry = self.current.get(&key).await;
            if let Some(entry) = entry.as_ref().filter(|entry| self.is_fresh(entry)) {
                return self.reading(&entry.cached);
            }
            let fetch = self.fetch_with_retries::<D>(key, self.patience);
            let fetched = match entry {
                None => self.current.try_get_with(key, fetch).await,
                // The cached entry stays for concurrent pages.
                Some(_) => fetch.await.map_err(Arc::new),
            };
            match fetched {
                Ok(entry) => return self.reading(&entry.cached),
                Err(error) if !is_outage(&error) => return Err(ReadError::clone(&error)),
                Err(_) => {}
            }
        }
        Err(ReadError::Unreachable("only older data is at hand".to_owned()))
    }

    fn cache_key<D: Dataset>(&self) -> CacheKey {
        CacheKey {
            dataset: TypeId::of::<D>(),
            epoch: self.epoch.load(Ordering::SeqCst),
        }
    }

    fn is_fresh(&self, entry: &CachedRead) -> bool {
        self.clock.now().duration_since(entry.read_at) <= self.fresh_for
    }

    /// Cached tabs of `D`, without a call.
    pub(crate) async fn cached<D: Dataset>(&self) -> Option<Reading<D>> {
        let cached = self.last.get(&TypeId::of::<D>()).await?;
        self.reading(&cached).ok()
    }

    /// Maximum age of data that is returned without a new read.
    pub(crate) fn fresh_for(&self) -> SignedDuration {
        self.fresh_for
    }

    /// Notifies each time that a read found changed content.
    pub(crate) fn data_versions(&self) -> watch::Receiver<u64> {
        self.data_versions.subscribe()
    }

    /// Status of each tab at its last read.
    pub(crate) fn tabs_read(&self) -> &TabStatuses {
        &self.tabs_read
    }

    fn reading<D: Dataset>(&self, cached: &CachedSnapshot) -> Result<Reading<D>, ReadError> {
        Ok(Reading {
            snapshot: cached
                .snapshot_of::<D>()
                .ok_or_else(|| ReadError::Unreachable("the cache holds something else".to_owned()))?,
            unreachable_since: self.outages.since(),
        })
    }

    fn refresh_in_background<D: Dataset>(self: &Arc<Self>, key: CacheKey, entry: Arc<CachedRead>) {
        let reader = Arc::clone(self);
        tokio::spawn(async move {
            match reader.fetch::<D>().await {
                Ok(fetched) => reader.current.insert(key, fetched).await,
                Err(error) => {
                    tracing::warn!(%error, "the spreadsheet could not be read again; older data is shown");
                    entry.refreshing.store(false, Ordering::SeqCst);
                    if !is_outage(&error) {
                        // Tabs or headers changed: the next request has to get the error, not old data.
                        reader.current.invalidate(&key).await;
                    }
                }
            }
        });
    }

    /// Fetches with retries while the caller can be expected to wait; at most `with_older` if older data is cached.
    async fn fetch_with_retries<D: Dataset>(
        self: &Arc<Self>,
        key: CacheKey,
        with_older: Duration,
    ) -> Result<Arc<CachedRead>, ReadError> {
        let has_older = self.last.contains_key(&TypeId::of::<D>());
        let patience = if has_older {
            self.patience.min(with_older)
        } else {
            self.patience
        };
        let attempts = async {
            for delay in crate::backoff::retry_delays(self.first_pause) {
                match self.fetch_to_completion::<D>(key).await {
                    Err(ReadError::Unreachable(_)) if !(has_older && self.spreadsheet.pipeline().is_blocking()) => {
                        tokio::time::sleep(delay).await;
                    }
                    result => return result,
                }
            }
            unreachable!("the delays never end")
        };
        // Pinned until the end, so that it still counts as waiting for the quota below.
        let mut attempts = std::pin::pin!(attempts);
        if let Ok(result) = tokio::time::timeout(patience, attempts.as_mut()).await {
            return result;
        }
        let unanswered = || ReadError::Unreachable(format!("no answer within {} s", patience.as_secs()));
        let error = self.outages.error().unwrap_or_else(unanswered);
        // While our own quota is used up no call was sent, so this is not an outage.
        if !self.spreadsheet.waits_for_quota() {
            self.outages.note(&error);
        }
        Err(error)
    }

    /// Read that continues if its caller gives up: otherwise a large tab on a slow connection would never be refreshed.
    async fn fetch_to_completion<D: Dataset>(self: &Arc<Self>, key: CacheKey) -> Result<Arc<CachedRead>, ReadError> {
        let reader = Arc::clone(self);
        let fetch = tokio::spawn(async move {
            let fetched = reader.fetch::<D>().await?;
            reader.current.insert(key, Arc::clone(&fetched)).await;
            Ok(fetched)
        });
        let stopped = |_| Err(ReadError::Unreachable("the read stopped".to_owned()));
        fetch.await.unwrap_or_else(stopped)
    }

    /// Reads the tabs of `D` once.
    async fn fetch<D: Dataset>(&self) -> Result<Arc<CachedRead>, ReadError> {
        let read_at = self.clock.now();
        let previous = self.last.get(&TypeId::of::<D>()).await;
        let previous = previous.and_then(|cached| cached.snapshot_of::<D>());
        let (tabs, full) = match self.read_tabs(previous.as_deref()).await {
            Ok(read) => read,
            Err(error) if is_outage(&error) => {
                self.outages.note(&error);
                return Err(error);
            }
            Err(error) => {
                self.outages.end();
                let until = read_at.saturating_add(FAILURE_COOLDOWN).unwrap_or(read_at);
                self.schema_errors
                    .insert(TypeId::of::<D>(), (until, error.clone()))
                    .await;
                return Err(error);
            }
        };
        self.outages.end();
        let snapshot = self.classify(previous, tabs, full, read_at).await;
        (self.after_read)(snapshot.rows);
        Ok(self.cache_snapshot(snapshot).await)
    }

    /// Reads only the added rows if that is enough, otherwise everything.
    async fn read_tabs<D: Dataset>(
        &self,
        previous: Option<&Snapshot<D>>,
    ) -> Result<(Vec<TabRows>, FullRead), ReadError> {
        if let Some(previous) = previous.filter(|previous| self.can_extend(previous.full))
            && let Some(tabs) = self.pages.read_on(&previous.tabs).await?
        {
            return Ok((tabs, previous.full));
        }
        let began = Instant::now();
        let full = FullRead {
            at: self.clock.now(),
            epoch: self.epoch.load(Ordering::SeqCst),
            file_version: self.file_version().await,
        };
        if let Some(previous) = previous.filter(|previous| is_same_file(previous.full, full)) {
            return Ok((previous.tabs.clone(), full));
        }
        let tabs = self.pages.read(D::TABS).await?;
        let ended = Instant::now();
        self.change_detector.compare(&tabs, ReadSpan { began, ended, full });
        Ok((tabs, full))
    }

    /// Drive version of the file, if Drive is used and responds.
    async fn file_version(&self) -> Option<i64> {
        if self.change_check == ChangeCheck::ByReading {
            return None;
        }
        let version = self.spreadsheet.file_version().await;
        version
            .inspect_err(|error| tracing::warn!(%error, "Drive does not tell whether the spreadsheet changed"))
            .ok()
    }

    /// Whether only added rows can be missing from that read, as far as this program knows and within the freshness
    /// limit.
    fn can_extend(&self, full: FullRead) -> bool {
        full.epoch >= self.full_from.load(Ordering::SeqCst)
            && self.clock.now().duration_since(full.at) <= self.fresh_for
    }

    /// Failure within the cooldown, or while the circuit breaker is open.
    fn recent_failure(&self) -> Option<ReadError> {
        let recent = self.outages.recent();
        recent.or_else(|| {
            self.outages
                .error()
                .filter(|_| self.spreadsheet.pipeline().is_blocking())
        })
    }

    async fn cache_snapshot<D: Dataset>(&self, snapshot: Snapshot<D>) -> Arc<CachedRead> {
        let (read_at, version) = (snapshot.full.at, snapshot.version);
        let rows_by_tab = snapshot.tabs.iter().map(|rows| (rows.tab.title, rows.len()));
        self.tabs_read.note(rows_by_tab, &snapshot.findings, read_at);
        let cached = CachedSnapshot {
            bytes: u32::try_from(snapshot.bytes()).unwrap_or(u32::MAX),
            snapshot: Arc::new(snapshot),
        };
        self.last.insert(TypeId::of::<D>(), cached.clone()).await;
        self.evict_older_epochs::<D>().await;
        self.data_versions
            .send_if_modified(|newest| version > std::mem::replace(newest, version.max(*newest)));
        Arc::new(CachedRead {
            cached,
            read_at,
            refreshing: AtomicBool::new(false),
        })
    }

    /// Evicts entries of older epochs: they are never requested again, and a large sheet takes many megabytes.
    async fn evict_older_epochs<D: Dataset>(&self) {
        let epoch = self.epoch.load(Ordering::SeqCst);
        let is_older = |key: &CacheKey| key.dataset == TypeId::of::<D>() && key.epoch < epoch;
        let keys = self.current.iter().map(|(key, _)| *key);
        let older: Vec<CacheKey> = keys.filter(is_older).collect();
        for key in &older {
            self.current.invalidate(key).await;
        }
        self.current.run_pending_tasks().await;
        self.last.run_pending_tasks().await;
    }

    /// Tabs of the spreadsheet; requested once, and again if a needed tab is missing.
    pub(crate) async fn tab_properties(&self, needed: &[&'static Tab]) -> Result<Arc<Vec<TabProperties>>, ReadError> {
        self.tab_list.with(needed).await
    }

    /// Lists the tabs before the first request.
    pub(crate) async fn preload_tabs(&self) -> Result<(), CallError> {
        self.tab_list.learn().await
    }

    /// Invalidates the list of tabs, after the spreadsheet responded that one of them does not exist.
    pub(crate) async fn invalidate_tab_list(&self) {
        self.tab_list.forget().await;
    }
}

impl CachedSnapshot {
    fn snapshot_of<D: Dataset>(&self) -> Option<Arc<Snapshot<D>>> {
        Arc::clone(&self.snapshot).downcast::<Snapshot<D>>().ok()
    }
}

fn is_same_file(then: FullRead, now: FullRead) -> bool {
    now.file_version.is_some() && now.file_version == then.file_version
}

/// Cache that always accepts the newest entry. The default policy prefers frequently used entries and would reject the
/// data of a new epoch because that of an old one was popular: each page view would then call Google.
fn newest_first_cache<K, V>(weigh: fn(&K, &V) -> u32, most: u64) -> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    let builder = Cache::builder().weigher(weigh).max_capacity(most);
    builder.eviction_policy(EvictionPolicy::lru()).build()
}
