//! Connection that fails when the caller takes nothing of a response for too long.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::server::activity::Activity;

/// `connection`, whose writes fail with [`io::ErrorKind::TimedOut`] after `limit` without progress.
pub(super) struct WriteTimeout<T> {
    pub(super) connection: T,
    pub(super) limit: Duration,
    pub(super) activity: Arc<Activity>,
    /// Has the system drop the bytes that the caller did not take, which it would otherwise keep for minutes.
    pub(super) give_up: fn(&T),
    /// Since the caller takes nothing.
    pub(super) waiting: Option<Pin<Box<Sleep>>>,
}

impl<T> WriteTimeout<T> {
    fn watch(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.activity.note_writing(written.is_pending());
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(self.limit)));
        waiting.as_mut().poll(context).map(|()| {
            (self.give_up)(&self.connection);
            Err(io::ErrorKind::TimedOut.into())
        })
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.connection).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.connection).poll_write_vectored(context, parts);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(context)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for WriteTimeout<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    fn timed(connection: DuplexStream, limit: Duration) -> WriteTimeout<DuplexStream> {
        WriteTimeout {
            connection,
            limit,
            activity: Arc::default(),
            give_up: |_| {},
            waiting: None,
        }
    }

    #[tokio::test]
    async fn a_write_of_which_nothing_is_taken_fails_and_is_seen_to_wait() {
        let (near, _far) = duplex(4);
        let mut near = timed(near, Duration::from_millis(20));
        near.write_all(b"four").await.expect("it fits");
        assert!(!near.activity.is_busy());
        let failed = near.write_all(b"more").await.expect_err("nobody reads");
        assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
        assert!(near.activity.is_busy());
    }

    #[tokio::test]
    async fn a_caller_who_takes_a_little_at_a_time_is_waited_for() {
        const PARTS: usize = 20;
        let limit = Duration::from_millis(500);
        let (near, mut far) = duplex(1);
        let mut near = timed(near, limit);
        let slow = async {
            let mut byte = [0];
            for _ in 0..PARTS {
                // Together these pauses are longer than the limit; each is far shorter.
                tokio::time::sleep(limit / 15).await;
                far.read_exact(&mut byte).await.expect("read");
            }
        };
        let (written, ()) = tokio::join!(near.write_all(&[7; PARTS]), slow);
        written.expect("progress");
    }
}
