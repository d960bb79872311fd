//! A form with a file, as it arrives.

use axum::{
    extract::{Multipart, multipart::Field},
    http::StatusCode,
};

use crate::{
    deals::import::{
        file::{FileProblem, Limits},
        prepared::Upload,
    },
    deals::importer::beside,
    error::{Error, FieldError},
    language::Language,
};

/// Characters that a field beside the file may have; it holds a word or a number.
const LONGEST_FIELD: usize = 1_000;

/// What was sent.
pub(super) struct SentFile {
    /// The fields beside the file.
    pub(super) pairs: Vec<(String, String)>,
    name: String,
    bytes: Vec<u8>,
    /// Bytes of the file, those included that are more than a file may have and were not kept.
    length: usize,
}

impl SentFile {
    /// Reads all of a form. A file that is too large is read to its end and forgotten: whoever sends it waits for an answer
    /// only after the last byte.
    pub(super) async fn of(mut form: Multipart) -> Result<Self, Error> {
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
                sent.pairs.push((name, value.chars().take(LONGEST_FIELD).collect()));
            }
        }
        Ok(sent)
    }

    async fn take_file(&mut self, mut field: Field<'_>) -> Result<(), Error> {
        while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(error.status()))? {
            self.length += chunk.len();
            if self.length <= Limits::default().bytes {
                self.bytes.extend_from_slice(&chunk);
            }
        }
        Ok(())
    }

    /// The file as a table.
    pub(super) async fn into_upload(self) -> Result<Result<Upload, FileProblem>, Error> {
        let limit = Limits::default().bytes;
        if self.length > limit {
            return Ok(Err(FileProblem::TooLarge { limit }));
        }
        beside(move || Upload::read(&self.name, &self.bytes)).await
    }
}

fn unreadable(status: StatusCode) -> Error {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Error::too_large(),
        _ => Error::unreadable("The form breaks off, or its parts cannot be told from each other."),
    }
}

/// The status that goes with a file that cannot be imported.
pub(super) fn status(problem: &FileProblem) -> StatusCode {
    match problem {
        FileProblem::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The error for programs.
pub(super) fn refusal(problem: &FileProblem, language: Language) -> Error {
    let mut error = Error::invalid(vec![FieldError::new("file", problem.text(language))]);
    error.status = status(problem);
    error
}
