//! Files for the user of the program alone: creation with narrow modes, warnings about wide ones, and failures of access
//! with their cure.

use std::{
    fmt, fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

/// A file or folder cannot be used; the text names it and the cure.
#[derive(Debug)]
pub struct AccessError {
    /// File or folder.
    pub path: PathBuf,
    /// Error of the operating system.
    pub error: io::Error,
}

impl AccessError {
    /// Creates the error.
    pub fn new(path: &Path, error: io::Error) -> Self {
        Self {
            path: path.to_owned(),
            error,
        }
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, error) = (self.path.display(), &self.error);
        match error.kind() {
            io::ErrorKind::PermissionDenied => {
                let owner = match user_id() {
                    Some(id) => (format!("the user with the id {id}"), id.to_string()),
                    None => ("this user".to_owned(), "USER".to_owned()),
                };
                write!(
                    formatter,
                    "{path} cannot be used by {}, as whom the program runs: {error}. Give it to that user with \
                     `chown -R {} {}` (in a container: the folder of the host that is mounted there), or choose \
                     another folder",
                    owner.0,
                    owner.1,
                    folder_of(&self.path).display()
                )
            }
            io::ErrorKind::ReadOnlyFilesystem => write!(
                formatter,
                "{path} is on a file system that is mounted read-only. Mount a folder or volume there that can be \
                 written (without `:ro`), or choose another folder"
            ),
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => write!(
                formatter,
                "{path} is a file or lies below one, but a folder is needed. Move the file away, or choose another \
                 folder"
            ),
            io::ErrorKind::IsADirectory => {
                write!(formatter, "{path} is a folder, but a file is needed. Move it away")
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                write!(formatter, "the disk of {path} is full. Free some space and start again")
            }
            _ => write!(formatter, "{path} cannot be used: {error}"),
        }
    }
}

impl std::error::Error for AccessError {}

/// The path itself if it is a folder, or else the folder it is in.
fn folder_of(path: &Path) -> &Path {
    if path.is_file() {
        path.parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(path)
    } else {
        path
    }
}

/// Effective user id of the process; `None` where there is none.
fn user_id() -> Option<u32> {
    #[cfg(unix)]
    return Some(rustix::process::geteuid().as_raw());
    #[cfg(not(unix))]
    None
}

/// Creates a folder with its parents, each with mode 0700; leaves existing ones as they are, with a warning if others
/// may enter.
///
/// # Errors
/// If a folder cannot be created, or a file is in its place.
pub fn create_folder(path: &Path) -> Result<(), AccessError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| AccessError::new(path, error))?;
    warn_if_open_to_others(path);
    Ok(())
}

/// Opens a file for reading and writing; creates it with mode 0600.
///
/// # Errors
/// Error of the operating system.
pub fn open_or_create(path: &Path) -> io::Result<fs::File> {
    private_options().read(true).truncate(false).open(path)
}

/// Writes a file with mode 0600 atomically: a reader sees the old content or the new one, also after a crash.
///
/// # Errors
/// Error of the operating system; the old file is still there.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let draft = path.with_file_name(name);
    // A draft that a crash left behind may have another mode.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private_options().truncate(true).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(draft, path)
}

/// Options that create a file with mode 0600.
fn private_options() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Logs a warning with the cure if other users of the machine may read, write or enter a file or folder.
pub fn warn_if_open_to_others(path: &Path) {
    #[cfg(unix)]
    if let Ok(metadata) = fs::metadata(path) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            let wanted = if metadata.is_dir() { "700" } else { "600" };
            tracing::warn!(
                "Other users of this machine may have access to {path} (mode {mode:o}). `chmod {wanted} {path}` keeps \
                 it private.",
                path = path.display()
            );
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}
