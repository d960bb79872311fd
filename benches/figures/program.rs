//! Measured programs, each in its own process, with their resource usage and a minimal HTTP client.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

/// A running program, killed on drop.
pub struct Program {
    child: Child,
    /// Listening address.
    pub address: SocketAddr,
    /// Kept open, so that a program that prints does not get a broken pipe.
    _output: BufReader<ChildStdout>,
}

/// Resident memory in bytes.
#[derive(Clone, Copy)]
pub struct Resident {
    /// Current value (`VmRSS`).
    pub now: u64,
    /// Peak value (`VmHWM`).
    pub peak: u64,
}

impl Program {
    /// Starts Tallyboard on the embedded spreadsheet in `data`, without a rate for one address.
    pub fn tallyboard(data: &Path) -> Self {
        let mut command = Self::command(data);
        command
            .env("POSTS_PER_MINUTE", "100000")
            .env("GETS_PER_MINUTE", "0")
            .env("WORK_PER_MINUTE", "0");
        Self::start(command)
    }

    /// Starts Tallyboard with its own limits, behind one trusted proxy.
    pub fn behind_proxy(data: &Path) -> Self {
        let mut command = Self::command(data);
        command.env("TRUSTED_PROXIES", "1");
        Self::start(command)
    }

    fn command(data: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tallyboard"));
        command
            .env_clear()
            .env("PORT", "0")
            .env("DATA_DIR", data)
            .env(
                "INTEGRATIONS_FILE",
                concat!(env!("CARGO_MANIFEST_DIR"), "/integrations.txt"),
            )
            // Keeps the program from finding a `secrets.json`.
            .current_dir(data);
        command
    }

    /// Starts a program whose first line of output ends with its address.
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("a line");
        let address = line
            .trim()
            .rsplit("http://")
            .next()
            .and_then(|address| address.parse().ok());
        Self {
            child,
            address: address.unwrap_or_else(|| panic!("no address in {line:?}")),
            _output: output,
        }
    }

    /// Number of open files, sockets included.
    pub fn open_files(&self) -> usize {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("the system tells");
        files.count()
    }

    /// Stops the program as a host does and returns its exit code.
    pub fn stop(mut self) -> Option<i32> {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(asked.expect("kill").success());
        self.child.wait().expect("its end").code()
    }

    /// Resident memory from `/proc`.
    pub fn resident(&self) -> Resident {
        let status = self.proc("status");
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
            kilobytes.expect("a size") * 1024
        };
        Resident {
            now: bytes("VmRSS:"),
            peak: bytes("VmHWM:"),
        }
    }

    /// Processor time used, in seconds, at a resolution of 10 ms.
    pub fn processor_seconds(&self) -> f64 {
        let stat = self.proc("stat");
        // The name in parentheses may contain spaces; user and system time are the 12th and 13th fields after it.
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        let ticks = fields.split_whitespace().skip(11).take(2);
        ticks.map(|ticks| ticks.parse::<f64>().expect("ticks")).sum::<f64>() / 100.0
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).expect("the system tells")
    }

    /// Requests a page and reads the whole response.
    pub fn get(&self, path: &str, headers: &str) -> Answer {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n"
        ))
    }

    /// Submits a form and reads the whole response.
    pub fn post(&self, path: &str, form: &str) -> Answer {
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept: text/html\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        ))
    }

    fn ask(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("connected");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        let end = answer
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .expect("headers");
        let body = answer.split_off(end + 4);
        Answer {
            head: String::from_utf8(answer).expect("ASCII").to_lowercase(),
            body,
        }
    }
}

/// An HTTP response.
pub struct Answer {
    head: String,
    /// Body as sent, possibly compressed.
    pub body: Vec<u8>,
}

impl Answer {
    /// Status code.
    pub fn status(&self) -> u16 {
        self.head
            .get(9..12)
            .and_then(|code| code.parse().ok())
            .expect("a status")
    }

    /// Value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// Returns the response unchanged; panics if its status differs.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes in megabytes (10⁶ bytes).
pub fn megabytes(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "sizes of memory are below 2^53")]
    let bytes = bytes as f64;
    bytes / 1_000_000.0
}
