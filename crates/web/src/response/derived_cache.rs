//! Cache of values derived from the data, keyed by data version.
//!
//! A value stays valid as long as its data version. The least recently used entries are evicted first, because older
//! versions are never asked for again.

use std::{hash::Hash, sync::Arc};

use moka::{Entry, future::Cache, policy::EvictionPolicy};

/// Cache of values derived from the data, with a key that contains the data version. The least recently used entries go
/// first, because older versions are never requested again.
pub struct DerivedCache<Key, Value: ?Sized>(Cache<Key, Arc<Value>>);

impl<Key, Value> DerivedCache<Key, Value>
where
    Key: Hash + Eq + Send + Sync + 'static,
    Value: ?Sized + Send + Sync + 'static,
{
    /// Cache of at most `entries` values.
    pub fn most(entries: u64) -> Self {
        let builder = Cache::builder().max_capacity(entries);
        Self(builder.eviction_policy(EvictionPolicy::lru()).build())
    }

    /// Cache of at most `bytes` bytes, as measured by `weigh`.
    pub fn with_max_bytes(bytes: u64, weigh: fn(&Value) -> usize) -> Self {
        let weight = move |_: &Key, value: &Arc<Value>| u32::try_from(weigh(value)).unwrap_or(u32::MAX);
        let builder = Cache::builder().weigher(weight).max_capacity(bytes);
        Self(builder.eviction_policy(EvictionPolicy::lru()).build())
    }

    /// Returns the value for `key`; concurrent callers share one computation.
    pub async fn get_or_compute(&self, key: Key, work: impl Future<Output = Arc<Value>>) -> Arc<Value> {
        self.value_of(self.0.entry(key).or_insert_with(work).await).await
    }

    /// Fallible variant of [`DerivedCache::get_or_compute`]; an error is not stored.
    ///
    /// # Errors
    /// Returns the error of `work`.
    pub async fn try_get_or_compute<E: Send + Sync + 'static>(
        &self,
        key: Key,
        work: impl Future<Output = Result<Arc<Value>, E>>,
    ) -> Result<Arc<Value>, Arc<E>> {
        Ok(self.value_of(self.0.entry(key).or_try_insert_with(work).await?).await)
    }

    /// Entries of the cache, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (Arc<Key>, Arc<Value>)> {
        self.0.iter()
    }

    async fn value_of(&self, entry: Entry<Key, Arc<Value>>) -> Arc<Value> {
        if entry.is_fresh() {
            // Otherwise evicted values would stay in memory until the next access.
            self.0.run_pending_tasks().await;
        }
        entry.into_value()
    }
}
