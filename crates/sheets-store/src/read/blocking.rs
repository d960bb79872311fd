//! Blocking work: long computations on a thread outside the async runtime.

/// Runs `work` on a blocking thread, so that the async runtime keeps serving requests.
pub(crate) async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down, and the waiting task stops with it.
            Err(_) => std::future::pending().await,
        },
    }
}
