//! Multipart form with an uploaded file.

use axum::{
    extract::{Multipart, multipart::Field},
    http::StatusCode,
};
use domain::language::Language;
use web::error::{Error, FieldError};

use crate::import::{
    file::problem::{FileLimits, FileProblem},
    job::run_blocking,
    preview::Upload,
};

/// Maximum length in characters of the other fields; they hold a word or a number.
const MAX_FIELD_LENGTH: usize = 1_000;

/// Parsed upload form.
pub(crate) struct UploadForm {
    /// Fields other than the file.
    pub(crate) pairs: Vec<(String, String)>,
    name: String,
    bytes: Vec<u8>,
    /// Size of the file in bytes, including bytes above the limit, which are discarded.
    length: usize,
}

impl UploadForm {
    /// Reads the whole form. A file above the limit is read to its end and discarded, because clients wait for the
    /// response only after the last byte.
    pub(crate) async fn of(mut form: Multipart) -> Result<Self, Error> {
        let mut sent = Self {
            pairs: Vec::new(),
            name: String::new(),
            bytes: Vec::new(),
            length: 0,
        };
        while let Some(field) = form.next_field().await.map_err(|error| unreadable(error.status()))? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                sent.name = field.file_name().unwrap_or_default().to_owned();
                sent.take_file(field).await?;
            } else {
                let value = field.text().await.map_err(|error| unreadable(error.status()))?;
                sent.pairs.push((name, value.chars().take(MAX_FIELD_LENGTH).collect()));
            }
        }
        Ok(sent)
    }

    async fn take_file(&mut self, mut field: Field<'_>) -> Result<(), Error> {
        while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(error.status()))? {
            self.length += chunk.len();
            if self.length <= FileLimits::default().bytes {
                self.bytes.extend_from_slice(&chunk);
            }
        }
        Ok(())
    }

    /// Parses the file.
    pub(crate) async fn into_upload(self) -> Result<Result<Upload, FileProblem>, Error> {
        let limit = FileLimits::default().bytes;
        if self.length > limit {
            return Ok(Err(FileProblem::TooLarge { limit }));
        }
        run_blocking(move || Upload::read(&self.name, &self.bytes)).await
    }
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
