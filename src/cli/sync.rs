//! Command `tallyboard sync SOURCE`: the scheduled sync on demand, with a progress bar per source.

use std::{process::ExitCode, sync::Arc, time::Duration};

use customer_sources::{OpenSource, SyncMode};
use customers::sync::{
    SyncOutcome, SyncResult, SyncService,
    rows::runs::{RunOutcome, SyncRun},
};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::{app::App, cli::CommandResult, config::Config, logging::one_line};

/// Interval between two updates of the bars.
const DRAW_EVERY: Duration = Duration::from_millis(200);

/// Runs the command.
pub(crate) async fn run(wanted: &str, mode: SyncMode) -> CommandResult {
    let config = Config::from_environment()?;
    let app = App::build(&config).await?;
    let problems = app.prepare().await.problems;
    let result = match problems.first() {
        Some(problem) => Err(format!("{} {}", problem.problem, problem.cure).into()),
        None => sync(app.sync(), wanted, mode).await,
    };
    app.finish().await;
    result
}

/// Probes every enabled source with a minimal request; returns whether all succeed.
pub(crate) async fn check(service: &SyncService) -> bool {
    let mut all_well = true;
    for source in service.sources() {
        let (title, note) = (source.vendor.title, source.vendor.verification.note());
        if !note.is_empty() {
            println!("! {title} is {note}.");
        }
        let probes = source.check().await.into_iter();
        let results: Vec<(&str, Result<(), String>)> = probes
            .map(|probe| {
                (
                    probe.what,
                    probe.outcome.map_err(|failure| format!("{failure} {}", failure.cure())),
                )
            })
            .collect();
        // A shared cause, such as a wrong key, is printed once for all lists.
        for alike in results.chunk_by(|(_, above), (_, below)| above == below) {
            let lists: Vec<&str> = alike.iter().map(|(list, _)| *list).collect();
            match &alike[0].1 {
                Ok(()) => println!("✓ {title}: {} can be read.", lists.join(", ")),
                Err(failure) => {
                    all_well = false;
                    println!("✗ {title}, {}: {}", lists.join(", "), one_line(failure));
                }
            }
        }
    }
    all_well
}

async fn sync(service: &Arc<SyncService>, wanted: &str, mode: SyncMode) -> CommandResult {
    let sources = select_sources(service, wanted)?;
    let bars = ProgressBars::of(&sources);
    let work = service.sync(&sources, mode);
    tokio::pin!(work);
    let synced = loop {
        tokio::select! {
            synced = &mut work => break synced,
            () = tokio::time::sleep(DRAW_EVERY) => bars.draw(service),
        }
    };
    bars.clear();
    let synced = synced.map_err(|error| format!("{} {}", error.happened, error.next))?;
    let mut all_well = true;
    for one in &synced {
        all_well &= print_outcome(one);
    }
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn select_sources(service: &SyncService, wanted: &str) -> Result<Vec<Arc<OpenSource>>, String> {
    let names: Vec<&str> = service.sources().iter().map(|source| source.vendor.name).collect();
    if names.is_empty() {
        return Err(
            "No source is switched on. Set the key of one, such as STRIPE_API_KEY; see tallyboard --help.".to_owned(),
        );
    }
    if wanted == "all" {
        return Ok(service.sources().to_vec());
    }
    let source = service.source(wanted).cloned();
    let source =
        source.ok_or_else(|| format!("“{wanted}” is not switched on. Sources that are: {}.", names.join(", ")))?;
    Ok(vec![source])
}

/// Prints the outcome of a run; returns whether everything was read.
fn print_outcome(synced: &SyncResult) -> bool {
    let source = synced.source;
    match &synced.outcome {
        SyncOutcome::Ran(run) => {
            print_run(run);
            run.outcome == RunOutcome::Complete
        }
        SyncOutcome::AlreadyRunning => {
            println!("{source}: already running");
            true
        }
        SyncOutcome::Stopped(error) => {
            let sentences = format!("{source}: stopped. {} {}", error.happened, error.next);
            println!("{}", one_line(&sentences));
            false
        }
    }
}

fn print_run(run: &SyncRun) {
    let SyncRun {
        source,
        seen,
        created,
        updated,
        failed,
        ..
    } = run;
    println!("{source}: {seen} seen, {created} added, {updated} changed, {failed} not readable");
    for finding in &run.findings {
        println!("  {}", one_line(finding));
    }
    if let Some(error) = &run.error {
        let cure = run.cure.as_deref().unwrap_or_default();
        println!("  Stopped: {} {cure}", one_line(error));
    }
}

/// One progress bar per source on standard error; nothing is drawn if it is not a terminal.
struct ProgressBars {
    all: MultiProgress,
    bars: Vec<(&'static str, ProgressBar)>,
}

impl ProgressBars {
    fn of(sources: &[Arc<OpenSource>]) -> Self {
        let all = MultiProgress::new();
        let style = "{prefix:>14} {bar:30} {pos} {msg}";
        let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = |source: &Arc<OpenSource>| {
            let bar = all.add(ProgressBar::no_length().with_style(style.clone()));
            bar.set_prefix(source.vendor.title);
            (source.vendor.name, bar)
        };
        Self {
            bars: sources.iter().map(bar).collect(),
            all,
        }
    }

    fn draw(&self, service: &SyncService) {
        for (source, bar) in &self.bars {
            match service.progress(source) {
                Some(progress) => {
                    bar.set_position(progress.seen);
                    match progress.expected {
                        Some(expected) => bar.set_length(expected.max(progress.seen)),
                        None => bar.unset_length(),
                    }
                    bar.set_message(format!("seen, {} written", progress.written));
                }
                None if !bar.is_finished() => bar.finish_with_message("seen"),
                None => {}
            }
        }
    }

    fn clear(&self) {
        // Fails if the terminal is gone; the summary below is still printed.
        let _ = self.all.clear();
    }
}
