//! The program and the Sheets emulator as separate processes.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use tempfile::TempDir;

/// Command that runs the program in `folder` with a clean environment.
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

/// Running program, killed on drop.
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

    /// Remainder of the first output line that begins with `beginning`.
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

    /// Stops the program and returns what it wrote to stderr.
    pub fn stopped_with_errors(mut self) -> String {
        let mut errors = self.child.stderr.take().expect("errors");
        assert_eq!(self.stop(), Some(0));
        let mut text = String::new();
        errors.read_to_string(&mut text).expect("text");
        text
    }

    /// Sends the signal with which a host stops a program.
    pub fn signal(&self) {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill");
        assert!(asked.success());
    }

    /// Waits for the end of the program and returns its exit code.
    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().expect("end").code()
    }

    /// Stops the program as a host does and returns its exit code.
    pub fn stop(self) -> Option<i32> {
        self.signal();
        self.wait()
    }

    /// Stops the program as a host does and returns its log.
    pub fn stop_and_read_errors(mut self) -> String {
        self.signal();
        let mut errors = String::new();
        let mut stderr = self.child.stderr.take().expect("errors");
        stderr.read_to_string(&mut errors).expect("text");
        assert_eq!(self.child.wait().expect("end").code(), Some(0), "{errors}");
        errors
    }

    /// Reads the log up to a line that contains `words`.
    pub fn logs(&mut self, words: &str) {
        let stderr = self.child.stderr.as_mut().expect("errors");
        let mut lines = BufReader::new(stderr).lines();
        assert!(
            lines.any(|line| line.expect("text").contains(words)),
            "the log does not say {words:?}"
        );
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails if the process has already exited.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn serve(command: Command) -> (Running, String) {
    let mut running = Running::start(command);
    let address = running.line("Tallyboard runs at ");
    (running, address)
}

/// Sheets emulator in a process of its own.
pub struct Sheets {
    /// Kept because dropping it kills the process.
    _emulator: Running,
    pub url: String,
    pub id: String,
    pub key: String,
}

impl Sheets {
    pub fn start(folder: &Path, data: &str) -> Self {
        Self::started_with(folder, &["--data", data])
    }

    /// Emulator that accepts any token as the owner's, so that tests can edit as staff.
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

    /// Command that runs the program with the environment printed by the emulator.
    pub fn connected(&self, folder: &Path) -> Command {
        let mut command = program(folder);
        command
            .env("SHEETS_API_URL", &self.url)
            .env("SPREADSHEET_ID", &self.id)
            .env("GOOGLE_APPLICATION_CREDENTIALS", &self.key);
        command
    }
}
