//! A file with everything that is understood of it: what a person looks at before anything is written.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    choices::Choices,
    file::{self, FileProblem, Limits},
    line,
    mapping::{self, Guess, Mapping, MappingProblem},
    plan::{Plan, plan},
    sent::Sent,
    table::Table,
};
use crate::deals::{deal::Deal, stage::LostStage};

/// A file that could be read.
#[derive(Debug)]
pub struct Upload {
    /// Its name, as the person knows it.
    pub name: String,
    /// Digest of its bytes: the same file has the same one.
    pub digest: Uuid,
    /// Its rows and columns.
    pub table: Table,
}

impl Upload {
    /// Reads a file.
    ///
    /// # Errors
    /// See [`FileProblem`].
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, FileProblem> {
        Ok(Self {
            name: shown_name(name),
            digest: Uuid::new_v5(&Uuid::NAMESPACE_OID, bytes),
            table: file::read(bytes, Limits::default())?,
        })
    }
}

/// The name without folders, at most 80 characters and none that a line of the log could not show.
fn shown_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|sign| !sign.is_control()).take(80).collect();
    match name.trim() {
        "" => "import".to_owned(),
        name => name.to_owned(),
    }
}

/// What would become of a file.
#[derive(Debug)]
pub struct Prepared {
    /// The file.
    pub upload: Arc<Upload>,
    /// What was sent about it.
    pub sent: Sent,
    /// What the headers say by themselves.
    pub guess: Guess,
    /// The columns in use.
    pub mapping: Mapping,
    /// What would be written, or what keeps the mapping from being used.
    pub outcome: Result<Outcome, Vec<MappingProblem>>,
}

/// A plan with the choices it was made under.
#[derive(Debug)]
pub struct Outcome {
    /// The choices.
    pub choices: Choices,
    /// What would be written.
    pub plan: Plan,
}

/// Compares a file with the existing deals.
pub fn prepare(upload: Arc<Upload>, existing: &[Deal], (sent, lost_stage): (Sent, LostStage)) -> Prepared {
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
            let lines = line::read(table, &mapping);
            let choices = sent.choices(existing, &lines, lost_stage);
            Ok(Outcome {
                plan: plan(existing, &lines, &choices),
                choices,
            })
        }
        false => Err(problems),
    };
    Prepared {
        upload,
        sent,
        guess,
        mapping,
        outcome,
    }
}

impl Prepared {
    /// The query that leads to the preview of this file with these choices.
    pub fn query(&self) -> String {
        query(self.upload.digest, &self.sent)
    }
}

/// The query that leads to the preview of a file.
pub fn query(digest: Uuid, sent: &Sent) -> String {
    let mut pairs = vec![("file".to_owned(), digest.simple().to_string())];
    pairs.extend(sent.to_form());
    serde_urlencoded::to_string(pairs).unwrap_or_default()
}
