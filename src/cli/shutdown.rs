//! Shutdown signals: SIGTERM or Ctrl-C, once to stop in order, twice to end at once.

use tokio::sync::watch;

/// Shutdown signals received. It listens from its creation on, so that no signal is missed.
pub(crate) struct ShutdownSignals(watch::Receiver<u32>);

impl ShutdownSignals {
    /// Starts to listen.
    pub(crate) fn listen() -> std::io::Result<Self> {
        let mut source = SignalSource::new()?;
        let (count, counted) = watch::channel(0);
        tokio::spawn(async move {
            while !count.is_closed() {
                source.next().await;
                count.send_modify(|count| *count += 1);
                match *count.borrow() {
                    1 => tracing::info!("asked to stop: finishing the writes in flight"),
                    _ => tracing::warn!("asked to stop again: ending at once"),
                }
            }
        });
        Ok(Self(counted))
    }

    /// Completes with the first signal.
    pub(crate) async fn first(&self) {
        self.reached(1).await;
    }

    /// Completes with the second signal.
    pub(crate) async fn second(&self) {
        self.reached(2).await;
    }

    async fn reached(&self, number: u32) {
        let mut counted = self.0.clone();
        // Fails if the task has ended, which it does only with the program.
        drop(counted.wait_for(|count| *count >= number).await);
    }
}

#[cfg(unix)]
struct SignalSource {
    terminated: tokio::signal::unix::Signal,
    interrupted: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl SignalSource {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminated: signal(SignalKind::terminate())?,
            interrupted: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct SignalSource;

#[cfg(not(unix))]
impl SignalSource {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}
