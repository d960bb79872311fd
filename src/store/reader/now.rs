//! Reading for whoever is about to write, or has written: older data will not do.

use std::{any::TypeId, sync::Arc, sync::atomic::Ordering};

use super::{
    super::{
        ReadError,
        dataset::{Dataset, Reading},
    },
    Reader, is_outage,
};

/// How often somebody asks who takes no older data.
const TRIES_NOW: usize = 2;

impl Reader {
    /// The tabs of `D` in the present epoch, read no longer ago than counts as fresh, and nothing older.
    pub(in crate::store) async fn read_now<D: Dataset>(self: &Arc<Self>) -> Result<Reading<D>, ReadError> {
        let key = (TypeId::of::<D>(), self.epoch.load(Ordering::SeqCst));
        // A page that waits at the same time may have had less patience.
        for _ in 0..TRIES_NOW {
            let held = self.current.get(&key).await;
            if let Some(held) = held.as_ref().filter(|held| self.is_fresh(held)) {
                return self.reading(&held.kept);
            }
            let fetch = self.fetch_patiently::<D>(key, self.patience);
            let fetched = match held {
                None => self.current.try_get_with(key, fetch).await,
                // What pages show meanwhile stays.
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
