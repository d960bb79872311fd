//! Import preview: an uploaded file, its mapping and the resulting plan.

use std::sync::Arc;

use domain::text::is_refused;
use uuid::Uuid;

use crate::{
    deal::{Deal, stage::LostStage},
    import::{
        file::{
            self,
            deadline::{Deadline, MAX_READING_TIME},
            limits::{FileLimits, MAX_BYTES},
            problem::FileProblem,
            table::FileTable,
        },
        mapping::{self, ColumnMapping, MappingGuess, MappingProblem},
        plan::{ImportPlan, lines, options::ImportOptions, plan},
        request::ImportRequest,
    },
};

/// Maximum size of a file in bytes.
pub const MAX_FILE_BYTES: usize = MAX_BYTES;

/// Uploaded file that could be read.
#[derive(Debug)]
pub struct Upload {
    /// File name to display.
    pub name: String,
    /// Digest of the file's bytes; equal for equal files.
    pub digest: Uuid,
    /// Rows and columns of the file.
    pub table: FileTable,
}

impl Upload {
    /// Reads a file, for at most [`MAX_READING_TIME`].
    ///
    /// # Errors
    /// See [`FileProblem`].
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, FileProblem> {
        Self::read_until(name, bytes, &Deadline::after(MAX_READING_TIME))
    }

    /// Reads a file until a deadline.
    ///
    /// # Errors
    /// See [`FileProblem`].
    pub(crate) fn read_until(name: &str, bytes: &[u8], deadline: &Deadline) -> Result<Self, FileProblem> {
        Ok(Self {
            name: shown_name(name),
            digest: Uuid::new_v5(&Uuid::NAMESPACE_OID, bytes),
            table: file::read(bytes, FileLimits::default(), deadline)?,
        })
    }
}

/// File name without folders and characters that do not show, at most 80 characters.
fn shown_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|sign| !is_refused(*sign)).take(80).collect();
    match name.trim() {
        "" => "import".to_owned(),
        name => name.to_owned(),
    }
}

/// Preview of an import.
#[derive(Debug)]
pub struct ImportPreview {
    /// Uploaded file.
    pub upload: Arc<Upload>,
    /// Mapping and options sent with the request.
    pub sent: ImportRequest,
    /// Mapping guessed from the headers.
    pub guess: MappingGuess,
    /// Mapping in use.
    pub mapping: ColumnMapping,
    /// Planned import, or the problems of the mapping.
    pub outcome: Result<PlannedImport, Vec<MappingProblem>>,
}

/// Plan with the options it was computed with.
#[derive(Debug)]
pub struct PlannedImport {
    /// Options in use.
    pub choices: ImportOptions,
    /// Resulting plan.
    pub plan: ImportPlan,
}

/// Compares a file with the existing deals.
pub fn prepare(upload: Arc<Upload>, existing: &[Deal], sent: ImportRequest, lost_stage: LostStage) -> ImportPreview {
    let table = &upload.table;
    let guess = mapping::guess(&table.columns);
    let (mapping, problems) = match sent.mapping(&guess.mapping) {
        Ok(mapping) => {
            let problems = mapping.problems(table.columns.len());
            (mapping, problems)
        }
        Err(problem) => (guess.mapping.clone(), vec![problem]),
    };
    let outcome = match problems.is_empty() {
        true => {
            let lines = lines::read(table, &mapping);
            let choices = sent.choices(existing, &lines, lost_stage);
            Ok(PlannedImport {
                plan: plan(existing, &lines, &choices),
                choices,
            })
        }
        false => Err(problems),
    };
    ImportPreview {
        upload,
        sent,
        guess,
        mapping,
        outcome,
    }
}

impl ImportPreview {
    /// Query string of this preview's address.
    pub fn query(&self) -> String {
        preview_query(self.upload.digest, &self.sent)
    }
}

/// Query string of the preview of a file.
pub fn preview_query(digest: Uuid, sent: &ImportRequest) -> String {
    let mut pairs = vec![("file".to_owned(), digest.simple().to_string())];
    pairs.extend(sent.to_form());
    serde_urlencoded::to_string(pairs).unwrap_or_default()
}
