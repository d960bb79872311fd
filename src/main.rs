//! Entry point of the program `tallyboard`; see `tallyboard --help`.

use std::process::ExitCode;

use clap::Parser;
use tallyboard::cli::{CommandLine, run};

#[tokio::main]
async fn main() -> ExitCode {
    run(CommandLine::parse()).await
}
