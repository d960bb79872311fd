//! Reads through a moka cache: one call for all tabs of a board, shared by everyone who asks meanwhile.
//!
//! Entries are kept under an epoch that every write attempt raises, before and after: a read that began before a write
//! lies under an older epoch and is never found by a request that came after it.

use std::{
    any::{Any, TypeId},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use moka::{future::Cache, policy::EvictionPolicy};
use serde_json::Value;

use super::{
    Options, ReadError,
    call_error::CallError,
    dataset::{Dataset, Decoding, Reading, Snapshot, TabLink, TabRows},
    google::{Spreadsheet, TabProperties},
    memory,
    tab::{Layout, Tab, quoted},
    tabs_read::TabsRead,
};
use crate::clock::Clock;

/// Longest wait for new data while older data is at hand.
const WAIT_WITH_OLDER_DATA: Duration = Duration::from_secs(4);
/// After a failure, time in which nobody asks again, as while calls are held back: a page then answers at once with what
/// there is.
const QUIET_AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(3);

type AnySnapshot = Arc<dyn Any + Send + Sync>;

pub(super) struct Reader {
    spreadsheet: Arc<Spreadsheet>,
    clock: Clock,
    fresh_for: SignedDuration,
    first_pause: Duration,
    patience: Duration,
    link_url: Arc<str>,
    epoch: AtomicU64,
    version: AtomicU64,
    current: Cache<(TypeId, u64), Arc<Held>>,
    /// The last good data of each dataset, whatever its epoch, for when Google cannot be reached.
    last: Cache<TypeId, AnySnapshot>,
    tabs: tokio::sync::Mutex<Option<Arc<Vec<TabProperties>>>>,
    outage: Mutex<Option<Outage>>,
    /// Datasets whose tabs were found unfit a moment ago, with the reason.
    unfit: Cache<TypeId, (Timestamp, ReadError)>,
    tabs_read: TabsRead,
}

struct Held {
    snapshot: AnySnapshot,
    read_at: Timestamp,
    refreshing: AtomicBool,
}

/// The spreadsheet did not answer, and has not answered since.
struct Outage {
    since: Timestamp,
    quiet_until: Timestamp,
    error: ReadError,
}

impl Reader {
    pub(super) fn new(spreadsheet: Arc<Spreadsheet>, options: &Options, link_url: Arc<str>) -> Self {
        Self {
            spreadsheet,
            clock: options.clock.clone(),
            fresh_for: options.fresh_for,
            first_pause: options.first_pause,
            patience: options.patience,
            link_url,
            epoch: AtomicU64::new(0),
            version: AtomicU64::new(0),
            current: latest(32),
            last: latest(16),
            tabs: tokio::sync::Mutex::new(None),
            outage: Mutex::new(None),
            unfit: latest(16),
            tabs_read: TabsRead::default(),
        }
    }

    /// Makes every read that has begun so far unfit for requests from now on.
    pub(super) fn raise_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// Lets the next request ask Google, even shortly after a failure.
    pub(super) fn refresh(&self) {
        self.raise_epoch();
        self.unfit.invalidate_all();
        if let Some(outage) = self.outage().as_mut() {
            outage.quiet_until = Timestamp::MIN;
        }
    }

    pub(super) async fn read<D: Dataset>(self: &Arc<Self>) -> Result<Reading<D>, ReadError> {
        let key = (TypeId::of::<D>(), self.epoch.load(Ordering::SeqCst));
        if let Some(held) = self.current.get(&key).await {
            let age = self.clock.now().duration_since(held.read_at);
            if age > self.fresh_for && self.recent_failure().is_none() && !held.refreshing.swap(true, Ordering::SeqCst)
            {
                self.refresh_in_background::<D>(key, Arc::clone(&held));
            }
            return self.reading(&held.snapshot);
        }
        if let Some((until, error)) = self.unfit.get(&key.0).await
            && self.clock.now() < until
        {
            return Err(error);
        }
        let fetched = match self.recent_failure() {
            Some(error) => Err(Arc::new(error)),
            None => self.current.try_get_with(key, self.fetch_patiently::<D>()).await,
        };
        match (fetched, self.last.get(&TypeId::of::<D>()).await) {
            (Ok(held), _) => self.reading(&held.snapshot),
            (Err(error), Some(snapshot)) if is_outage(&error) => {
                tracing::debug!(%error, "older data is shown");
                self.reading(&snapshot)
            }
            (Err(error), _) => Err(ReadError::clone(&error)),
        }
    }

    /// The tabs of `D` as they were read last. Asks nobody.
    pub(super) async fn at_hand<D: Dataset>(&self) -> Option<Reading<D>> {
        let snapshot = self.last.get(&TypeId::of::<D>()).await?;
        self.reading(&snapshot).ok()
    }

    /// What is known of each tab since it was read last.
    pub(super) fn tabs_read(&self) -> &TabsRead {
        &self.tabs_read
    }

    fn reading<D: Dataset>(&self, snapshot: &AnySnapshot) -> Result<Reading<D>, ReadError> {
        let snapshot = Arc::clone(snapshot)
            .downcast::<Snapshot<D>>()
            .map_err(|_| ReadError::Unreachable("the cache holds something else".to_owned()))?;
        Ok(Reading {
            snapshot,
            unreachable_since: self.outage().as_ref().map(|outage| outage.since),
        })
    }

    fn refresh_in_background<D: Dataset>(self: &Arc<Self>, key: (TypeId, u64), held: Arc<Held>) {
        let reader = Arc::clone(self);
        tokio::spawn(async move {
            match reader.fetch::<D>().await {
                Ok(fetched) => reader.current.insert(key, fetched).await,
                Err(error) => {
                    tracing::warn!(%error, "the spreadsheet could not be read again; older data is shown");
                    held.refreshing.store(false, Ordering::SeqCst);
                    if !is_outage(&error) {
                        // Tabs or headers changed: the next request must see the reason, not old data.
                        reader.current.invalidate(&key).await;
                    }
                }
            }
        });
    }

    /// Fetches, and tries again while the person can be expected to wait.
    async fn fetch_patiently<D: Dataset>(&self) -> Result<Arc<Held>, ReadError> {
        let has_older = self.last.contains_key(&TypeId::of::<D>());
        let patience = if has_older {
            self.patience.min(WAIT_WITH_OLDER_DATA)
        } else {
            self.patience
        };
        let attempts = async {
            for pause in super::pauses(self.first_pause) {
                match self.fetch::<D>().await {
                    Err(ReadError::Unreachable(_)) if !(has_older && self.spreadsheet.gate().holds_back()) => {
                        tokio::time::sleep(pause).await;
                    }
                    result => return result,
                }
            }
            unreachable!("the pauses never end")
        };
        // Kept until the end, so that it still counts as waiting when that is asked.
        let mut attempts = std::pin::pin!(attempts);
        if let Ok(result) = tokio::time::timeout(patience, attempts.as_mut()).await {
            return result;
        }
        let known = self.outage().as_ref().map(|outage| outage.error.clone());
        let error =
            known.unwrap_or_else(|| ReadError::Unreachable(format!("no answer within {} s", patience.as_secs())));
        // While our own quota is used up nobody was asked, so nobody failed to answer.
        if !self.spreadsheet.waits_for_quota() {
            self.note_outage(&error);
        }
        Err(error)
    }

    /// One read of all tabs of `D`.
    async fn fetch<D: Dataset>(&self) -> Result<Arc<Held>, ReadError> {
        let read_at = self.clock.now();
        let tabs = match self.fetch_tabs(D::TABS).await {
            Ok(tabs) => tabs,
            Err(error) if is_outage(&error) => {
                self.note_outage(&error);
                return Err(error);
            }
            Err(error) => {
                *self.outage() = None;
                let until = read_at.saturating_add(QUIET_AFTER_FAILURE).unwrap_or(read_at);
                self.unfit.insert(TypeId::of::<D>(), (until, error.clone())).await;
                return Err(error);
            }
        };
        *self.outage() = None;
        let previous = self
            .last
            .get(&TypeId::of::<D>())
            .await
            .and_then(|last| last.downcast::<Snapshot<D>>().ok());
        let fingerprint = fingerprint(&tabs);
        let rows_by_tab: Vec<_> = tabs.iter().map(|rows| (rows.tab.title, rows.len())).collect();
        let rows = tabs.iter().map(TabRows::len).sum();
        let snapshot = match previous {
            Some(previous) if previous.fingerprint == fingerprint => previous.read_again_at(read_at),
            _ => self.decode::<D>(tabs, read_at, fingerprint),
        };
        self.tabs_read.note(rows_by_tab, &snapshot.findings, read_at);
        let snapshot: AnySnapshot = Arc::new(snapshot);
        self.last.insert(TypeId::of::<D>(), Arc::clone(&snapshot)).await;
        self.let_go_of_older::<D>().await;
        memory::give_back_after(rows);
        Ok(Arc::new(Held {
            snapshot,
            read_at,
            refreshing: AtomicBool::new(false),
        }))
    }

    /// Drops what lies under an older epoch: nobody asks for it any more, and a large sheet is many megabytes.
    async fn let_go_of_older<D: Dataset>(&self) {
        let epoch = self.epoch.load(Ordering::SeqCst);
        let is_older = |(dataset, at): &(TypeId, u64)| *dataset == TypeId::of::<D>() && *at < epoch;
        let keys = self.current.iter().map(|(key, _)| *key);
        let older: Vec<(TypeId, u64)> = keys.filter(is_older).collect();
        for key in &older {
            self.current.invalidate(key).await;
        }
        self.current.run_pending_tasks().await;
        self.last.run_pending_tasks().await;
    }

    fn decode<D: Dataset>(&self, tabs: Vec<TabRows>, read_at: Timestamp, fingerprint: u64) -> Snapshot<D> {
        let mut decoding = Decoding {
            zone: self.clock.zone().clone(),
            findings: Vec::new(),
        };
        let rows = tabs.iter().map(TabRows::len).sum();
        let data = D::decode(tabs, &mut decoding);
        Snapshot {
            data: Arc::new(data),
            findings: Arc::new(decoding.findings),
            read_at,
            version: self.version.fetch_add(1, Ordering::SeqCst) + 1,
            fingerprint,
            rows,
        }
    }

    async fn fetch_tabs(&self, tabs: &[&'static Tab]) -> Result<Vec<TabRows>, ReadError> {
        let properties = self.tab_properties(tabs).await?;
        let ranges: Vec<String> = tabs.iter().map(|tab| quoted(tab.title)).collect();
        let found = match self.spreadsheet.values(&ranges).await {
            Ok(found) => found,
            Err(error @ CallError::Rejected { code: 400, .. }) => {
                // A range that cannot be parsed names a tab that is gone; listing the tabs tells which.
                self.forget_tabs().await;
                self.tab_properties(tabs).await?;
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        };
        tabs.iter()
            .zip(found)
            .map(|(tab, range)| {
                let mut rows = range.values.unwrap_or_default();
                let header: Vec<Value> = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
                let layout = Layout::find(tab, &header).map_err(ReadError::Headers)?;
                let sheet_id = properties
                    .iter()
                    .find(|known| known.title == tab.title)
                    .map_or(0, |known| known.sheet_id);
                let link = TabLink {
                    spreadsheet_url: Arc::clone(&self.link_url),
                    sheet_id,
                    width: layout.width(),
                };
                Ok(TabRows {
                    tab,
                    layout,
                    rows,
                    link,
                })
            })
            .collect()
    }

    /// The tabs of the spreadsheet; asked once, and again when one that is needed is not among them.
    pub(super) async fn tab_properties(&self, needed: &[&'static Tab]) -> Result<Arc<Vec<TabProperties>>, ReadError> {
        let mut known = self.tabs.lock().await;
        let missing_in = |tabs: &[TabProperties]| {
            needed
                .iter()
                .find(|tab| !tabs.iter().any(|found| found.title == tab.title))
                .copied()
        };
        if let Some(tabs) = known.as_ref().filter(|tabs| missing_in(tabs).is_none()) {
            return Ok(Arc::clone(tabs));
        }
        let tabs = Arc::new(self.spreadsheet.tabs().await?);
        if let Some(missing) = missing_in(&tabs) {
            return Err(ReadError::TabMissing(missing.title));
        }
        *known = Some(Arc::clone(&tabs));
        Ok(tabs)
    }

    /// Lists the tabs ahead of the first request.
    pub(super) async fn learn_tabs(&self) -> Result<(), CallError> {
        *self.tabs.lock().await = Some(Arc::new(self.spreadsheet.tabs().await?));
        Ok(())
    }

    /// Forgets the list of tabs, after the spreadsheet answered that one of them is gone.
    pub(super) async fn forget_tabs(&self) {
        *self.tabs.lock().await = None;
    }

    fn note_outage(&self, error: &ReadError) {
        let now = self.clock.now();
        let mut outage = self.outage();
        let since = outage.as_ref().map_or(now, |outage| outage.since);
        *outage = Some(Outage {
            since,
            quiet_until: now.saturating_add(QUIET_AFTER_FAILURE).unwrap_or(now),
            error: error.clone(),
        });
    }

    fn recent_failure(&self) -> Option<ReadError> {
        let outage = self.outage();
        outage
            .as_ref()
            .filter(|outage| self.clock.now() < outage.quiet_until || self.spreadsheet.gate().holds_back())
            .map(|outage| outage.error.clone())
    }

    fn outage(&self) -> MutexGuard<'_, Option<Outage>> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A cache that always takes the newest entry in. The usual policy prefers what was asked for often, and would turn away
/// the data of a new epoch because that of an old one was popular: each page view would then ask Google.
fn latest<K, V>(entries: u64) -> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    let builder = Cache::builder().max_capacity(entries);
    builder.eviction_policy(EvictionPolicy::lru()).build()
}

/// Whether older data may stand in: nothing is known to have changed, there is just no answer.
fn is_outage(error: &ReadError) -> bool {
    matches!(error, ReadError::Unreachable(_) | ReadError::Refused(_))
}

fn fingerprint(tabs: &[TabRows]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for tab in tabs {
        tab.layout.positions().hash(&mut hasher);
        tab.link.sheet_id.hash(&mut hasher);
        for row in &tab.rows {
            0xff_u8.hash(&mut hasher);
            for cell in row {
                match cell {
                    Value::String(text) => text.hash(&mut hasher),
                    Value::Number(number) => number.hash(&mut hasher),
                    Value::Bool(bool) => bool.hash(&mut hasher),
                    _ => 0_u8.hash(&mut hasher),
                }
            }
        }
    }
    hasher.finish()
}
