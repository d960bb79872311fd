//! Command `tallyboard import deals FILE`: the import of the page, on the command line.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Subcommand, ValueEnum};
use deals::{
    ImportJobs,
    import::{
        job::progress::{ImportProgress, ImportState},
        log::RunName,
        preview::{MAX_FILE_BYTES, Upload},
        request::ImportRequest,
        response::ImportPlanResponse,
    },
};
use domain::language::Language;
use indicatif::{ProgressBar, ProgressStyle};
use sheets_emulator::{DatabaseError, StartError};
use sheets_store::error_chain::error_chain;
use web::error::Error;

use crate::{
    app::{App, BuildError},
    cli::CommandResult,
    config::Config,
    logging::one_line,
};

/// What a file holds.
#[derive(Subcommand)]
pub(crate) enum ImportCommand {
    /// Deals, from CSV or XLSX with a header row.
    Deals {
        /// The file.
        file: PathBuf,
        /// Only say what would be written.
        #[arg(long)]
        dry_run: bool,
        /// The sign before decimals, for amounts such as 12.500 that can be read in two ways.
        #[arg(long, value_name = "SIGN")]
        decimal: Option<Decimal>,
        /// What an empty cell does to a value that is there.
        #[arg(long, value_name = "RULE", default_value = "keep")]
        empty_cells: EmptyCells,
    },
}

/// The sign before decimals.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Decimal {
    /// 12,50
    Comma,
    /// 12.50
    Point,
}

/// What an empty cell does.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum EmptyCells {
    /// Nothing.
    Keep,
    /// It erases sector, due date, assignee and notes.
    Erase,
}

/// The embedded spreadsheet can be opened by one process at a time.
const IN_USE: &str = "Tallyboard is running on this data, and the embedded spreadsheet serves one program at a time. \
Import on its page /deals/import or with `curl -F file=@FILE 'http://127.0.0.1:8080/deals/import?apply=true'`, \
or stop it first. Nothing was written.";

/// Runs the command.
pub(crate) async fn run(command: ImportCommand) -> CommandResult {
    let ImportCommand::Deals {
        file,
        dry_run,
        decimal,
        empty_cells,
    } = command;
    let bytes = read_file(&file).map_err(|error| format!("{} cannot be read: {error}.", file.display()))?;
    let upload = Upload::read(&file.to_string_lossy(), &bytes).map_err(|problem| problem.text(Language::English))?;
    let request = import_request(decimal, empty_cells)?;
    let app = App::build(&Config::from_environment()?)
        .await
        .map_err(|error| match error {
            BuildError::Emulator(StartError::Database(DatabaseError::InUse(_))) => IN_USE.to_owned(),
            other => error_chain(&other),
        })?;
    let problems = app.prepare().await.problems;
    let result = match problems.first() {
        Some(problem) => Err(format!("{} {}", problem.problem, problem.cure).into()),
        None => import(app.import_jobs(), upload, request, dry_run).await,
    };
    app.finish().await;
    result
}

/// Content of the file, up to one byte more than an import takes.
fn read_file(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?
        .take(MAX_FILE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn import_request(decimal: Option<Decimal>, empty_cells: EmptyCells) -> Result<ImportRequest, String> {
    let decimal = decimal.map_or("", |decimal| match decimal {
        Decimal::Comma => "comma",
        Decimal::Point => "point",
    });
    let empty_cells = match empty_cells {
        EmptyCells::Keep => "keep",
        EmptyCells::Erase => "erase",
    };
    ImportRequest::from_pairs([("decimal", decimal), ("empty", empty_cells)], Language::English).map_err(|errors| {
        let messages: Vec<String> = errors.into_iter().map(|error| error.message).collect();
        messages.join(" ")
    })
}

async fn import(jobs: &Arc<ImportJobs>, upload: Upload, request: ImportRequest, dry_run: bool) -> CommandResult {
    let compared = jobs.compare(Arc::new(upload), request).await.map_err(sentence)?;
    let plan = match &compared.prepared.outcome {
        Ok(outcome) => ImportPlanResponse::of(&compared.prepared, outcome, Language::English),
        Err(problems) => {
            let problems: Vec<String> = problems.iter().map(|problem| problem.text(Language::English)).collect();
            return Err(problems.join(" ").into());
        }
    };
    print_plan(&plan);
    if dry_run {
        println!("Nothing was written.");
        return Ok(exit_code(plan.refused.is_empty()));
    }
    let run = RunName::new();
    let mut progress = jobs.begin(compared, &run).await.map_err(sentence)?;
    let bar = bar(progress.borrow().total);
    while !progress.borrow_and_update().is_over() {
        bar.set_position(progress.borrow().done as u64);
        progress.changed().await?;
    }
    bar.finish_and_clear();
    let written = progress.borrow().clone();
    print_result(&run, &written);
    Ok(exit_code(
        written.state == ImportState::Done && written.left.is_empty() && plan.refused.is_empty(),
    ))
}

/// Progress bar; drawn on a terminal only.
fn bar(total: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} deals, {eta} left");
    let bar = ProgressBar::new(total as u64);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn print_plan(plan: &ImportPlanResponse) {
    println!(
        "{}: {} new, {} changed, {} identical, {} refused",
        one_line(&plan.file),
        plan.new,
        plan.changed,
        plan.identical,
        plan.refused.len()
    );
    for refused in &plan.refused {
        println!("  {}", one_line(&refused.reason));
    }
    for note in &plan.notes {
        println!("  {}", one_line(note));
    }
    if let Some(question) = plan.question.as_ref().filter(|_| !plan.refused.is_empty()) {
        println!(
            "  {} amounts can be read in two ways: say --decimal comma or --decimal point.",
            question.lines
        );
    }
}

fn print_result(run: &RunName, written: &ImportProgress) {
    println!("Added {}, changed {}.", written.inserted, written.updated);
    if written.inserted + written.updated > 0 && written.state == ImportState::Done {
        println!("The page /deals/import/{run} takes it back.");
    }
    if written.already_there > 0 {
        println!("An earlier import had added {} of them.", written.already_there);
    }
    for left in &written.left {
        println!("  {}", one_line(&left.text(Language::English)));
    }
    if let ImportState::Stopped(cause) = &written.state {
        let cause = one_line(cause);
        println!("Stopped: {cause} Import the file again to go on; nothing is written twice.");
    }
}

fn exit_code(is_everything_in_the_sheet: bool) -> ExitCode {
    match is_everything_in_the_sheet {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn sentence(error: Error) -> String {
    format!("{} {}", error.happened, error.next)
}
