//! Durable storage: the database, opened again after a failure, and written anew from memory if it cannot be trusted.
//!
//! After an error of the disk redb refuses everything until the database is opened again. A failed write counts as not
//! done, so that memory and file have to agree before the next one: the file is opened, and if it is damaged, if a sync
//! failed, or if it holds the failed write after all, a new file takes its place with everything that was ever
//! confirmed, all of which is in memory.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    storage::{
        commit::Commit,
        database::Database,
        disk_file::Disk,
        failure::{DatabaseError, Failure, StorageFault, guarded},
        private_files,
    },
    workbook::Workbook,
};

/// Setting with the id of the first spreadsheet.
const FIRST: &str = "first";

/// Everything that a database held when it was opened.
pub struct StoredContent {
    /// Id of the first spreadsheet.
    pub first: String,
    /// All spreadsheets.
    pub workbooks: Vec<Workbook>,
}

/// Database in a file that outlives failures of the disk.
pub struct DurableStorage {
    path: PathBuf,
    disk: Disk,
    first: String,
    /// `None` after a failure, until it is opened again.
    database: Option<Database>,
    /// Whether the file cannot be trusted, so that it has to be written anew.
    needs_rebuild: bool,
}

impl DurableStorage {
    /// Opens the database and reads it; creates it with a spreadsheet of this title if there is none.
    ///
    /// # Errors
    /// If the file cannot be opened or read, or another process has it open.
    pub fn open(path: &Path, disk: Disk, title: &str) -> Result<(Self, StoredContent), DatabaseError> {
        let opened = guarded(|| {
            let database = Database::open(path, &disk)?;
            let content = read_content(&database, title).inspect_err(|_| disk.freeze())?;
            Ok((database, content))
        });
        let (database, content) = opened.map_err(|failure| failure.at(path))?;
        private_files::warn_if_open_to_others(path);
        let storage = Self {
            path: path.to_owned(),
            disk,
            first: content.first.clone(),
            database: Some(database),
            needs_rebuild: false,
        };
        Ok((storage, content))
    }

    /// Writes several commits in one transaction and waits until it is on disk. `published` returns everything that was
    /// confirmed so far.
    ///
    /// # Errors
    /// If nothing was written.
    pub fn write<'a>(
        &mut self,
        commits: impl Iterator<Item = &'a Commit>,
        published: impl Fn() -> Vec<Arc<Workbook>>,
    ) -> Result<(), StorageFault> {
        let database = match self.database.take() {
            Some(database) => database,
            None => self.reopened(&published()).map_err(|failure| failure.fault())?,
        };
        let written = guarded(|| database.write(commits));
        match written {
            Ok(()) => {
                self.database = Some(database);
                Ok(())
            }
            Err(failure) => {
                tracing::error!(%failure, "the emulator could not write {}", self.path.display());
                self.give_up(database);
                self.needs_rebuild |= matches!(failure, Failure::Damaged(_));
                Err(failure.fault())
            }
        }
    }

    /// Writes the file anew if it cannot be trusted: until then only memory holds what was confirmed.
    pub fn secure(&mut self, published: impl Fn() -> Vec<Arc<Workbook>>) {
        if self.database.is_none() && self.needs_rebuild {
            self.database = self.reopened(&published()).ok();
        }
    }

    /// Closes the file.
    pub fn close(mut self, published: impl Fn() -> Vec<Arc<Workbook>>) {
        self.secure(published);
        if let Some(database) = self.database.take() {
            let closed = guarded(|| {
                drop(database);
                Ok(())
            });
            if let Err(failure) = closed {
                tracing::error!(%failure, "{} could not be closed", self.path.display());
            }
        }
    }

    /// Closes a database that failed, without another write to its file.
    fn give_up(&mut self, database: Database) {
        self.needs_rebuild |= self.disk.take_failed_sync();
        self.disk.freeze();
        // It may panic again over the pages that made it fail.
        let _ = guarded(|| {
            drop(database);
            Ok(())
        });
        self.disk.take_failed_sync();
    }

    /// Opens the database again, with exactly what is published.
    fn reopened(&mut self, published: &[Arc<Workbook>]) -> Result<Database, Failure> {
        let opened = if self.needs_rebuild {
            None
        } else {
            match guarded(|| self.opened_if_equal(published)) {
                Ok(opened) => opened,
                Err(Failure::Damaged(detail)) => {
                    tracing::error!(detail, "{} is damaged", self.path.display());
                    None
                }
                Err(failure) => return Err(self.logged(failure)),
            }
        };
        if let Some(database) = opened {
            tracing::info!("{} is open again", self.path.display());
            return Ok(database);
        }
        self.needs_rebuild = true;
        match guarded(|| self.rebuilt(published)) {
            Ok(database) => {
                self.needs_rebuild = false;
                tracing::warn!("{} was written anew from memory", self.path.display());
                Ok(database)
            }
            Err(failure) => Err(self.logged(failure)),
        }
    }

    /// Opens the file; `None` if it holds something else than what is published.
    fn opened_if_equal(&self, published: &[Arc<Workbook>]) -> Result<Option<Database>, Failure> {
        let database = Database::open(&self.path, &self.disk)?;
        let known: BTreeMap<String, u64> = published
            .iter()
            .map(|workbook| (workbook.id.to_string(), workbook.file.version))
            .collect();
        let is_equal = database.versions().inspect_err(|_| self.disk.freeze())? == known;
        Ok(is_equal.then_some(database))
    }

    /// Writes a new file and puts it in the place of the old one.
    fn rebuilt(&self, published: &[Arc<Workbook>]) -> Result<Database, Failure> {
        let draft = self.path.with_extension("redb.new");
        let _ = std::fs::remove_file(&draft);
        let written = Database::open(&draft, &self.disk)
            .and_then(|database| database.fill(FIRST, &self.first, published.iter().map(AsRef::as_ref)));
        self.disk.take_failed_sync();
        let replaced = written.and_then(|()| Ok(std::fs::rename(&draft, &self.path)?));
        if let Err(failure) = replaced {
            let _ = std::fs::remove_file(&draft);
            return Err(failure);
        }
        sync_folder(&self.path)?;
        Database::open(&self.path, &self.disk)
    }

    fn logged(&self, failure: Failure) -> Failure {
        tracing::error!(%failure, "{} cannot be opened again yet", self.path.display());
        failure
    }
}

/// Makes a renamed file outlive a power cut.
fn sync_folder(path: &Path) -> Result<(), Failure> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        std::fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn read_content(database: &Database, title: &str) -> Result<StoredContent, Failure> {
    let first = match database.setting(FIRST)? {
        Some(id) if database.holds(&id)? => id,
        _ => {
            let workbook = Workbook::new(title);
            database.fill(FIRST, &workbook.id, std::iter::once(&workbook))?;
            workbook.id.to_string()
        }
    };
    let workbooks = database.load()?;
    Ok(StoredContent { first, workbooks })
}
