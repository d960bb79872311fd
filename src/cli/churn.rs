//! Command `tallyboard churn evaluate FILE --label COLUMN`: quality of the churn regression.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Subcommand;
use customers::health::churn::{csv, evaluation::evaluate};

use crate::cli::CommandResult;

/// What is asked about churn.
#[derive(Subcommand)]
pub(crate) enum ChurnCommand {
    /// Cross-validate the regression on a CSV file: 5 folds, the same every time.
    ///
    /// Columns of numbers and of words are used, empty cells too; columns that name the rows are left out with a note.
    Evaluate {
        /// The file, with a line of headers.
        file: PathBuf,
        /// The column that says who left: yes or no, 1 or 0, true or false.
        #[arg(long, value_name = "COLUMN")]
        label: String,
    },
}

/// Runs the command.
pub(crate) fn run(command: &ChurnCommand) -> CommandResult {
    let ChurnCommand::Evaluate { file, label } = command;
    let name = file.display();
    let bytes = std::fs::read(file).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let table = csv::read_csv(&bytes, label).map_err(|reason| format!("{name}: {reason}"))?;
    let evaluation = evaluate(&table).map_err(|reason| format!("{name}: {reason}"))?;
    match write!(io::stdout().lock(), "{evaluation}") {
        // The reader of a pipe may close it early.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
