//! The program and a Sheets server as processes of their own.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use tempfile::TempDir;

/// The program with an environment of its own, in a folder of its own.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallyboard"));
    command
        .env_clear()
        .current_dir(folder)
        .env("PORT", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join("integrations.txt"), "GitHub\nCursor\n").expect("catalog");
    folder
}

/// A running program that is killed when the story ends early.
pub struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("program");
        let lines = BufReader::new(child.stdout.take().expect("output"));
        Self { child, lines }
    }

    /// The rest of the first printed line that begins with `beginning`.
    pub fn line(&mut self, beginning: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            let read = self.lines.read_line(&mut line).expect("line");
            if read == 0 {
                let mut errors = String::new();
                self.child
                    .stderr
                    .take()
                    .expect("errors")
                    .read_to_string(&mut errors)
                    .expect("text");
                panic!("the program ended without printing {beginning:?}: {errors}");
            }
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.trim().to_owned();
            }
        }
    }

    /// Asks it to stop as a host does, and waits for the end.
    pub fn stop(mut self) -> Option<i32> {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill");
        assert!(asked.success());
        self.child.wait().expect("end").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn serve(command: Command) -> (Running, String) {
    let mut running = Running::start(command);
    let address = running.line("Tallyboard runs at ");
    (running, address)
}

/// A Sheets server of its own, beside the program.
pub struct Sheets {
    /// Killed with this value.
    _emulator: Running,
    pub url: String,
    pub id: String,
    pub key: String,
}

impl Sheets {
    pub fn start(folder: &Path, data: &str) -> Self {
        Self::started_with(folder, &["--data", data])
    }

    /// One that takes any token for its owner's, so that staff can work in it beside the program.
    pub fn open_to_staff(folder: &Path) -> Self {
        Self::started_with(folder, &["--data", "sheets", "--any-token"])
    }

    fn started_with(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = program(folder);
        command.args(["emulator", "--listen", "127.0.0.1:0"]).args(arguments);
        let mut emulator = Running::start(command);
        Self {
            url: emulator.line("export SHEETS_API_URL="),
            id: emulator.line("export SPREADSHEET_ID="),
            key: emulator.line("export GOOGLE_APPLICATION_CREDENTIALS="),
            _emulator: emulator,
        }
    }

    /// The program with the environment that the server printed.
    pub fn connected(&self, folder: &Path) -> Command {
        let mut command = program(folder);
        command
            .env("SHEETS_API_URL", &self.url)
            .env("SPREADSHEET_ID", &self.id)
            .env("GOOGLE_APPLICATION_CREDENTIALS", &self.key);
        command
    }
}
