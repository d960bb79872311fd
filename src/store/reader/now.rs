//! Fresh reads for callers that are about to write, or have written: stale data is not returned.

use std::{any::TypeId, sync::Arc, sync::atomic::Ordering};

use super::{
    super::{
        ReadError,
        dataset::{Dataset, Reading},
    },
    Reader, is_outage,
};

/// Attempts of a caller that accepts no stale data.
const TRIES_NOW: usize = 2;

impl Reader {
    /// Tabs of `D` in the current epoch, not older than the freshness limit.
    pub(in crate::store) async fn read_now<D: Dataset>(self: &Arc<Self>) -> Result<Reading<D>, ReadError> {
        let key = (TypeId::of::<D>(), self.epoch.load(Ordering::SeqCst));
        // A concurrent page request may have a shorter timeout.
        for _ in 0..TRIES_NOW {
            let held = self.current.get(&key).await;
            if let Some(held) = held.as_ref().filter(|held| self.is_fresh(held)) {
                return self.reading(&held.kept);
            }
            let fetch = self.fetch_patiently::<D>(key, self.patience);
            let fetched = match held {
                None => self.current.try_get_with(key, fetch).await,
                // The cached entry stays for concurrent pages.
                Some(_) => fetch.await.map_err(Arc::new),
            };
            match fetched {
                Ok(held) => return self.reading(&held.kept),
                Err(error) if !is_outage(&error) => return Err(ReadError::clone(&error)),
                Err(_) => {}
            }
        }
        Err(ReadError::Unreachable("only older data is at hand".to_owned()))
    }
}
