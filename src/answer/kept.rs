//! Finished answers that are kept for whoever asks the same of the same data within the same second, and what was worked
//! out for them, which holds for as long as the data.

use std::{hash::Hash, sync::Arc, time::Duration};

use jiff::Timestamp;
use moka::{Entry, future::Cache, policy::EvictionPolicy};

use super::Rendered;

/// Bytes before compression: a download of many rows is large.
const MOST: u64 = 16 * 1024 * 1024;
/// Pages say how old their data is, so that an answer holds for its second only.
const KEPT_FOR: Duration = Duration::from_secs(2);

/// Finished answers by question and data.
pub struct Kept(Cache<Question, Rendered>);

/// A question to data of a certain version, at a certain second.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Versions of whatever the answer was worked out from.
    pub versions: (u64, u64),
    /// The second in which it was answered.
    pub second: i64,
    /// When the data was read.
    pub read_at: Timestamp,
    /// Since when the spreadsheet has not answered.
    pub unreachable_since: Option<Timestamp>,
    /// Face, language, path and query.
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
    /// The finished answer to `question`, made by `make` unless it is kept already.
    ///
    /// # Errors
    /// Those of `make`.
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

/// What was worked out from data, by the versions of the data and the question. What was asked for before belongs to older
/// data, and nobody asks for it again: whatever was used longest ago goes first.
pub struct WorkedOut<Question, Value: ?Sized>(Cache<Question, Arc<Value>>);

impl<Question, Value> WorkedOut<Question, Value>
where
    Question: Hash + Eq + Send + Sync + 'static,
    Value: ?Sized + Send + Sync + 'static,
{
    /// Keeps so many.
    pub fn most(entries: u64) -> Self {
        let builder = Cache::builder().max_capacity(entries);
        Self(builder.eviction_policy(EvictionPolicy::lru()).build())
    }

    /// Keeps so many bytes, by the size that `weigh` tells of each.
    pub fn most_bytes(bytes: u64, weigh: fn(&Value) -> usize) -> Self {
        let weight = move |_: &Question, value: &Arc<Value>| u32::try_from(weigh(value)).unwrap_or(u32::MAX);
        let builder = Cache::builder().weigher(weight).max_capacity(bytes);
        Self(builder.eviction_policy(EvictionPolicy::lru()).build())
    }

    /// The answer to `question`, worked out once however many ask at the same time.
    pub async fn or_work_out(&self, question: Question, work: impl Future<Output = Arc<Value>>) -> Arc<Value> {
        self.taken(self.0.entry(question).or_insert_with(work).await).await
    }

    /// The same for work that can fail; a failure is not kept.
    ///
    /// # Errors
    /// That of `work`.
    pub async fn or_try_to_work_out<E: Send + Sync + 'static>(
        &self,
        question: Question,
        work: impl Future<Output = Result<Arc<Value>, E>>,
    ) -> Result<Arc<Value>, Arc<E>> {
        Ok(self.taken(self.0.entry(question).or_try_insert_with(work).await?).await)
    }

    /// What is kept, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (Arc<Question>, Arc<Value>)> {
        self.0.iter()
    }

    async fn taken(&self, entry: Entry<Question, Arc<Value>>) -> Arc<Value> {
        if entry.is_fresh() {
            // What had to go for it would stay in memory until somebody asks again.
            self.0.run_pending_tasks().await;
        }
        entry.into_value()
    }
}
