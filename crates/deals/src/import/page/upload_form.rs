//! Multipart form with an uploaded file.

use axum::{
    extract::{Multipart, multipart::Field},
    http::StatusCode,
};
use bytes::Bytes;
use domain::language::Language;
use tokio::sync::OwnedSemaphorePermit;
use web::error::{Error, FieldError};

use crate::import::{
    file::{limits::FileLimits, problem::FileProblem},
    job::{ImportJobs, reading_slots::ReadingSlots},
    preview::Upload,
};

/// Maximum length in bytes of the names and values of the other fields; they hold a word or a number.
const MAX_FIELD_LENGTH: usize = 1_000;
/// Maximum number of parts; the form of the page has a dozen.
const MAX_PARTS: usize = 100;

/// Parsed upload form.
pub(crate) struct UploadForm {
    /// Fields other than the file.
    pub(crate) pairs: Vec<(String, String)>,
    name: String,
    bytes: Vec<u8>,
    /// Size of the file in bytes, including bytes above the limit, which are discarded.
    length: usize,
    /// Room for the file among all uploads.
    room: Option<OwnedSemaphorePermit>,
}

impl UploadForm {
    /// Reads the whole form. A file above the limit is read to its end and discarded, because clients wait for the
    /// response only after the last byte.
    pub(crate) async fn of(mut form: Multipart, slots: &ReadingSlots) -> Result<Self, Error> {
        let mut sent = Self {
            pairs: Vec::new(),
            name: String::new(),
            bytes: Vec::new(),
            length: 0,
            room: None,
        };
        let (mut parts, mut files) = (0, 0);
        while let Some(field) = form.next_field().await.map_err(|error| unreadable(error.status()))? {
            parts += 1;
            if parts > MAX_PARTS {
                return Err(Error::unreadable("The form has more than 100 parts."));
            }
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                files += 1;
                if files > 1 {
                    return Err(Error::unreadable("The form has two files. Send one at a time."));
                }
                sent.name = field
                    .file_name()
                    .unwrap_or_default()
                    .chars()
                    .take(MAX_FIELD_LENGTH)
                    .collect();
                sent.take_file(field, slots).await?;
            } else {
                let value = short_value(field).await?;
                sent.pairs.push((name.chars().take(MAX_FIELD_LENGTH).collect(), value));
            }
        }
        Ok(sent)
    }

    async fn take_file(&mut self, mut field: Field<'_>, slots: &ReadingSlots) -> Result<(), Error> {
        while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(error.status()))? {
            self.length += chunk.len();
            if self.length > FileLimits::default().bytes {
                // What is discarded takes no room.
                (self.bytes, self.room) = (Vec::new(), None);
                continue;
            }
            let more = slots.receive(chunk.len())?;
            match &mut self.room {
                Some(room) => room.merge(more),
                None => self.room = Some(more),
            }
            self.bytes.extend_from_slice(&chunk);
        }
        Ok(())
    }

    /// Parses the file; returns its bytes with it.
    pub(crate) async fn into_upload(self, jobs: &ImportJobs) -> Result<Result<(Upload, Bytes), FileProblem>, Error> {
        let limit = FileLimits::default().bytes;
        if self.length > limit {
            return Ok(Err(FileProblem::TooLarge { limit }));
        }
        let bytes = Bytes::from(self.bytes);
        let read = jobs.read_upload(self.name, bytes.clone()).await?;
        Ok(read.map(|upload| (upload, bytes)))
    }
}

/// Beginning of a field's value; the rest is discarded.
async fn short_value(mut field: Field<'_>) -> Result<String, Error> {
    let mut value = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(error.status()))? {
        let room = MAX_FIELD_LENGTH.saturating_sub(value.len());
        value.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(String::from_utf8_lossy(&value).into_owned())
}

fn unreadable(status: StatusCode) -> Error {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Error::too_large(),
        _ => Error::unreadable("The form breaks off, or its parts cannot be told from each other."),
    }
}

/// Status code for a file that cannot be imported.
pub(crate) fn status(problem: &FileProblem) -> StatusCode {
    match problem {
        FileProblem::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// JSON error for a file that cannot be imported.
pub(crate) fn refusal(problem: &FileProblem, language: Language) -> Error {
    let mut error = Error::invalid(vec![FieldError::new("file", problem.text(language))]);
    error.status = status(problem);
    error
}
