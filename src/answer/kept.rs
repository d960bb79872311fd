//! Rendered-response cache (2 s TTL), keyed by data version and request.

use std::{hash::Hash, sync::Arc, time::Duration};

use jiff::Timestamp;
use moka::{Entry, future::Cache, policy::EvictionPolicy};

use super::Rendered;

/// Capacity in bytes of uncompressed bodies; weighed in bytes because a download can be large.
const MOST: u64 = 16 * 1024 * 1024;
/// Time to live. Pages show the age of their data in seconds, so a response is valid for one second only.
const KEPT_FOR: Duration = Duration::from_secs(2);

/// Cache of rendered responses.
pub struct Kept(Cache<Question, Rendered>);

/// Key of a rendered response: data version, second and request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Versions of the data that the response is derived from.
    pub versions: (u64, u64),
    /// Unix time of the response, in seconds.
    pub second: i64,
    /// Time of the last read of the spreadsheet.
    pub read_at: Timestamp,
    /// Start of the current outage of the spreadsheet.
    pub unreachable_since: Option<Timestamp>,
    /// Format, language, path and query.
    pub asked: String,
}

impl Default for Kept {
    fn default() -> Self {
        let weight = |_: &Question, rendered: &Rendered| u32::try_from(rendered.body().len()).unwrap_or(u32::MAX);
        let builder = Cache::builder().weigher(weight).max_capacity(MOST);
        Self(
            builder
                .time_to_live(KEPT_FOR)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        )
    }
}

impl Kept {
    /// Returns the cached response for `question`, or renders it with `make` and stores it.
    ///
    /// # Errors
    /// Returns the error of `make`.
    pub async fn or_make<E>(
        &self,
        question: Question,
        make: impl AsyncFnOnce() -> Result<Rendered, E>,
    ) -> Result<Rendered, E> {
        if let Some(rendered) = self.0.get(&question).await {
            return Ok(rendered);
        }
        let rendered = make().await?;
        self.0.insert(question, rendered.clone()).await;
        Ok(rendered)
    }
}

/// Cache of values derived from the data, with a key that contains the data version. The least recently used entries go
/// first, because older versions are never requested again.
pub struct WorkedOut<Question, Value: ?Sized>(Cache<Question, Arc<Value>>);

impl<Question, Value> WorkedOut<Question, Value>
where
    Question: Hash + Eq + Send + Sync + 'static,
    Value: ?Sized + Send + Sync + 'static,
{
    /// Cache of at most `entries` values.
    pub fn most(entries: u64) -> Self {
        let builder = Cache::builder().max_capacity(entries);
        Self(builder.eviction_policy(EvictionPolicy::lru()).build())
    }

    /// Cache of at most `bytes` bytes, as measured by `weigh`.
    pub fn most_bytes(bytes: u64, weigh: fn(&Value) -> usize) -> Self {
        let weight = move |_: &Question, value: &Arc<Value>| u32::try_from(weigh(value)).unwrap_or(u32::MAX);
        let builder = Cache::builder().weigher(weight).max_capacity(bytes);
        Self(builder.eviction_policy(EvictionPolicy::lru()).build())
    }

    /// Returns the value for `question`; concurrent callers share one computation.
    pub async fn or_work_out(&self, question: Question, work: impl Future<Output = Arc<Value>>) -> Arc<Value> {
        self.taken(self.0.entry(question).or_insert_with(work).await).await
    }

    /// Fallible variant of [`WorkedOut::or_work_out`]; an error is not stored.
    ///
    /// # Errors
    /// Returns the error of `work`.
    pub async fn or_try_to_work_out<E: Send + Sync + 'static>(
        &self,
        question: Question,
        work: impl Future<Output = Result<Arc<Value>, E>>,
    ) -> Result<Arc<Value>, Arc<E>> {
        Ok(self.taken(self.0.entry(question).or_try_insert_with(work).await?).await)
    }

    /// Entries of the cache, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (Arc<Question>, Arc<Value>)> {
        self.0.iter()
    }

    async fn taken(&self, entry: Entry<Question, Arc<Value>>) -> Arc<Value> {
        if entry.is_fresh() {
            // Otherwise evicted values would stay in memory until the next access.
            self.0.run_pending_tasks().await;
        }
        entry.into_value()
    }
}
