//! Cache of values derived from the data, keyed by data version.
//!
//! A value stays valid as long as its data version. The least recently used entries are evicted first, because older
//! versions are never asked for again.

use std::{hash::Hash, sync::Arc};

use moka::{Entry, future::Cache, policy::EvictionPolicy};

/// What an entry takes besides its key and value, in bytes: the nodes of the map and of the eviction queue.
pub(crate) const ENTRY_OVERHEAD_BYTES: usize = 512;

/// Cache of values derived from the data, with a key that contains the data version. The least recently used entries go
/// first, because older versions are never requested again.
pub struct DerivedCache<Key, Value: ?Sized>(Cache<Key, Arc<Value>>);

impl<Key, Value> DerivedCache<Key, Value>
where
    Key: Hash + Eq + Send + Sync + 'static,
    Value: ?Sized + Send + Sync + 'static,
{
    /// Cache of at most `entries` values, for keys of a fixed size. A key that contains text of the caller needs
    /// [`DerivedCache::with_max_bytes`].
    pub fn most(entries: u64) -> Self
    where
        Key: Copy,
    {
        let builder = Cache::builder().max_capacity(entries);
        Self(builder.eviction_policy(EvictionPolicy::lru()).build())
    }

    /// Cache of at most `bytes` bytes. `weigh` measures what key and value take on the heap; the overhead of an entry
    /// is added.
    pub fn with_max_bytes(bytes: u64, weigh: fn(&Key, &Value) -> usize) -> Self {
        let weight = move |key: &Key, value: &Arc<Value>| {
            let weight = weigh(key, value).saturating_add(ENTRY_OVERHEAD_BYTES);
            u32::try_from(weight).unwrap_or(u32::MAX)
        };
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

    /// Whether there is a value for `key`.
    pub fn contains(&self, key: &Key) -> bool {
        self.0.contains_key(key)
    }

    /// Entries of the cache, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (Arc<Key>, Arc<Value>)> {
        self.0.iter()
    }

    /// Bytes that the entries weigh, or their number in a cache of at most so many entries.
    pub async fn weight(&self) -> u64 {
        self.0.run_pending_tasks().await;
        self.0.weighted_size()
    }

    async fn value_of(&self, entry: Entry<Key, Arc<Value>>) -> Arc<Value> {
        if entry.is_fresh() {
            // Otherwise evicted values would stay in memory until the next access.
            self.0.run_pending_tasks().await;
        }
        entry.into_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn long_keys_fill_a_cache_as_much_as_long_values() {
        const MAX_BYTES: u64 = 1024 * 1024;
        let weigh = |key: &(u64, String), value: &Vec<u8>| key.1.len() + value.len();
        for (key_bytes, value_bytes, most_entries) in [(8_000, 1, 123), (1, 8_000, 123), (1, 1, 2_040)] {
            let cache = DerivedCache::with_max_bytes(MAX_BYTES, weigh);
            for number in 0..3_000 {
                let key = (number, "q".repeat(key_bytes));
                cache
                    .get_or_compute(key, async { Arc::new(vec![0; value_bytes]) })
                    .await;
            }
            assert!(cache.weight().await <= MAX_BYTES);
            let entries = cache.iter().count();
            assert!(
                (most_entries / 2..=most_entries).contains(&entries),
                "{key_bytes} and {value_bytes} bytes: {entries} entries"
            );
        }
    }
}
