//! Command `tallyboard health recalculate`: recalculates the health scores of all customers.

use std::process::ExitCode;

use clap::Subcommand;
use customers::health::{churn::ChurnBasis, scoring::RecalculationResponse};

use crate::{app::App, cli::CommandResult, config::Config};

/// What is done about health.
#[derive(Subcommand)]
pub(crate) enum HealthCommand {
    /// Work out every score anew, from what is in the spreadsheet; nothing is asked of the sources.
    Recalculate,
}

/// Runs the command.
pub(crate) async fn run(command: &HealthCommand) -> CommandResult {
    let HealthCommand::Recalculate = command;
    let config = Config::from_environment()?;
    let app = App::build(&config).await?;
    let problems = app.prepare().await.problems;
    let result = match problems.first() {
        Some(problem) => Err(format!("{} {}", problem.problem, problem.cure)),
        None => Ok(app.sync().scoring().recalculate().await),
    };
    app.finish().await;
    print_summary(&result??);
    Ok(ExitCode::SUCCESS)
}

fn print_summary(result: &RecalculationResponse) {
    println!("{} customers scored, {} rows changed.", result.scored, result.changed);
    if result.unknown > 0 {
        println!(
            "{} customers have no score: nothing is known of them that counts.",
            result.unknown
        );
    }
    match result.churn_basis {
        ChurnBasis::Model => println!(
            "Churn risk by regression on {} who left and {} who stayed.",
            result.left, result.stayed
        ),
        ChurnBasis::Heuristic => println!(
            "Churn risk by rule of thumb: the history holds {} examples who left and {} who stayed.",
            result.left, result.stayed
        ),
    }
}
