//! File of the database, as redb uses it: created for its owner alone, with injected faults of the disk for tests.

use std::{
    fmt, io,
    ops::Bound,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use redb::{BackendError, StorageBackend, backends::FileBackend};

use crate::storage::private_files;

/// Operation on the disk, as fault rules name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskOperation {
    /// Reads bytes.
    Read,
    /// Writes bytes.
    Write,
    /// Makes the file longer or shorter.
    Resize,
    /// Waits until everything is on the disk.
    Sync,
}

impl DiskOperation {
    /// Name in fault rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "disk.read",
            Self::Write => "disk.write",
            Self::Resize => "disk.resize",
            Self::Sync => "disk.sync",
        }
    }
}

/// Injected fault of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// No space is left (`ENOSPC`).
    Full,
    /// Error of the device (`EIO`).
    Error,
    /// Only the first half of the bytes is written.
    Short,
}

/// Draws the fault of an operation, if there is one.
pub type DrawDiskFault = Arc<dyn Fn(DiskOperation) -> Option<DiskFault> + Send + Sync>;

/// Disk under the database: faults to inject, and what is known of it.
#[derive(Clone)]
pub struct Disk {
    draw_fault: DrawDiskFault,
    state: Arc<DiskState>,
}

#[derive(Default)]
struct DiskState {
    /// Nothing more may be written: the database is given up and only closes its file.
    is_frozen: AtomicBool,
    /// A sync failed. The operating system may count the pages as written although they are not, so the file cannot be
    /// trusted any more: <https://wiki.postgresql.org/wiki/Fsync_Errors>.
    has_failed_sync: AtomicBool,
}

impl Disk {
    /// Creates a disk on which `draw_fault` injects faults.
    pub fn new(draw_fault: DrawDiskFault) -> Self {
        Self {
            draw_fault,
            state: Arc::default(),
        }
    }

    /// Opens a file of the database; creates it with mode 0600.
    ///
    /// # Errors
    /// Error of the operating system.
    pub fn open(&self, path: &Path) -> io::Result<DiskFile> {
        self.state.is_frozen.store(false, Ordering::Release);
        let file = private_files::open_or_create(path)?;
        let file = FileBackend::new(file).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(DiskFile {
            file,
            disk: self.clone(),
        })
    }

    /// Refuses every write until a file is opened again.
    pub fn freeze(&self) {
        self.state.is_frozen.store(true, Ordering::Release);
    }

    /// Whether a sync failed since the last call.
    pub fn take_failed_sync(&self) -> bool {
        self.state.has_failed_sync.swap(false, Ordering::AcqRel)
    }
}

/// Open file of the database.
pub struct DiskFile {
    file: FileBackend,
    disk: Disk,
}

impl fmt::Debug for DiskFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.fmt(formatter)
    }
}

impl DiskFile {
    fn fault(&self, operation: DiskOperation) -> Result<Option<DiskFault>, io::Error> {
        if operation != DiskOperation::Read && self.disk.state.is_frozen.load(Ordering::Acquire) {
            return Err(io::Error::other("the file is given up"));
        }
        match (self.disk.draw_fault)(operation) {
            Some(DiskFault::Full) => Err(io::ErrorKind::StorageFull.into()),
            Some(DiskFault::Error) => Err(io::Error::other("input/output error")),
            other => Ok(other),
        }
    }
}

impl StorageBackend for DiskFile {
    fn len(&self) -> Result<u64, io::Error> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        self.fault(DiskOperation::Read)?;
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        self.fault(DiskOperation::Resize)?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        let outcome = self.fault(DiskOperation::Sync).and_then(|_| self.file.sync_data());
        if outcome.is_err() {
            self.disk.state.has_failed_sync.store(true, Ordering::Release);
        }
        outcome
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        if self.fault(DiskOperation::Write)?.is_some() {
            self.file.write(offset, &data[..data.len() / 2])?;
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.file.write(offset, data)
    }

    fn close(&self) -> Result<(), io::Error> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
