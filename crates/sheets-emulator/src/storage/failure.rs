//! Failures of the database: their causes, their texts, and panics of the database library as errors.

use std::{
    cell::Cell,
    io,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::Once,
};

use crate::storage::private_files::AccessError;

/// Failure to open or read the database at the start.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A file or folder cannot be used.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The content is damaged.
    #[error(
        "{} is damaged and cannot be read ({detail}). There is no command that repairs it: put back a copy of the file, \
         such as one from a backup of its disk, or move it away to begin with an empty spreadsheet", .path.display()
    )]
    Damaged {
        /// File of the database.
        path: PathBuf,
        /// Finding of the database library.
        detail: String,
    },
    /// The file is empty, although it was in use.
    #[error(
        "{} holds nothing, although {} beside it shows that it was in use. Put back a copy of the file, such as one from \
         a backup of its disk; or delete it, to begin with an empty spreadsheet", .path.display(), .evidence.display()
    )]
    Empty {
        /// File of the database.
        path: PathBuf,
        /// File that only exists once the database was in use.
        evidence: PathBuf,
    },
    /// Another process has the database open.
    #[error("another program uses {}; stop it, or choose another folder", .0.display())]
    InUse(PathBuf),
}

/// Reason why a write could not be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageFault {
    /// The disk, or the quota of the user, is full.
    DiskFull,
    /// The file may not be written: its mode, its owner or a read-only file system.
    NotWritable,
    /// Any other error of the disk.
    DiskFailed,
    /// The file is damaged.
    Damaged,
}

impl StorageFault {
    /// Reason in the details of an error response.
    pub fn reason(self) -> &'static str {
        match self {
            Self::DiskFull => "DISK_FULL",
            Self::NotWritable => "DISK_NOT_WRITABLE",
            Self::DiskFailed => "DISK_FAILED",
            Self::Damaged => "DATABASE_DAMAGED",
        }
    }

    /// Sentence of an error response.
    pub fn message(self) -> &'static str {
        match self {
            Self::DiskFull => "The disk of the emulator is full. Nothing was written.",
            Self::NotWritable => "The emulator may not write its file. Nothing was written.",
            Self::DiskFailed => "The disk of the emulator failed. Nothing was written.",
            Self::Damaged => "The file of the emulator is damaged. Nothing was written.",
        }
    }
}

/// Failure of one operation on the database.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Error of the disk.
    #[error("{0}")]
    Disk(io::Error),
    /// Invalid content, or a panic of the database library over it.
    #[error("{0}")]
    Damaged(String),
    /// Another process has the database open.
    #[error("another program uses the file")]
    InUse,
}

impl<E: Into<redb::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        match error.into() {
            // The file is shorter than it says, or is no database.
            redb::Error::Io(error)
                if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData) =>
            {
                Self::Damaged(error.to_string())
            }
            redb::Error::Io(error) => Self::Disk(error),
            error @ (redb::Error::PreviousIo | redb::Error::ValueTooLarge(_)) => {
                Self::Disk(io::Error::other(error.to_string()))
            }
            redb::Error::DatabaseAlreadyOpen => Self::InUse,
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl Failure {
    /// Error of the start, with the path of the file.
    pub fn at(self, path: &Path) -> DatabaseError {
        match self {
            Self::Disk(error) => AccessError::new(path, error).into(),
            Self::Damaged(detail) => DatabaseError::Damaged {
                path: path.to_owned(),
                detail,
            },
            Self::InUse => DatabaseError::InUse(path.to_owned()),
        }
    }

    /// Reason for the clients whose writes failed.
    pub fn fault(&self) -> StorageFault {
        match self {
            Self::Disk(error) => match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StorageFault::DiskFull,
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StorageFault::NotWritable,
                _ => StorageFault::DiskFailed,
            },
            Self::Damaged(_) => StorageFault::Damaged,
            Self::InUse => StorageFault::DiskFailed,
        }
    }
}

thread_local! {
    /// Whether a panic of this thread is caught and becomes an error.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; a panic becomes an error and prints nothing. The database library panics over damaged pages.
///
/// # Errors
/// The error of `work`, or [`Failure::Damaged`] with the message of the panic.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |information| {
            if !IS_GUARDED.get() {
                others(information);
            }
        }));
    });
    let was_guarded = IS_GUARDED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(was_guarded);
    outcome.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        Err(Failure::Damaged(format!("its pages contradict each other: {line}")))
    })
}
