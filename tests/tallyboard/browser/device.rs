//! Browser driver for tests: navigation, input, waiting, screenshots.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Maximum wait, generous because a loaded machine is slow.
const PATIENCE: Duration = Duration::from_mins(1);
const GLANCE: Duration = Duration::from_millis(20);

/// Whether scripts are enabled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Script {
    On,
    Off,
}

/// A browser window with a fresh profile, closed on drop, also after a failed test.
pub struct Browser {
    pub client: Client,
    session: String,
    http: reqwest::Client,
    driver: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser; `None` without an installed one. Panics with `CI=true` instead.
    pub async fn open(script: Script) -> Option<Self> {
        let (Some(chrome), Some(chromedriver)) =
            (program("CHROME", "chromium"), program("CHROMEDRIVER", "chromedriver"))
        else {
            let missing = "no browser: install the Debian packages chromium and chromium-driver, or set CHROME and \
                           CHROMEDRIVER";
            assert_ne!(env::var("CI").as_deref(), Ok("true"), "{missing}");
            // Written directly to stderr, because the test harness captures the output of a passing test.
            let _ = writeln!(std::io::stderr(), "SKIPPED a browser story, {missing}");
            return None;
        };
        let profile = tempfile::tempdir().expect("folder");
        let driver = Driver::start(&chromedriver);
        let capabilities = json!({
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {
                "binary": chrome,
                "args": [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    // Its own extensions and the process that it holds ready take a third of the time of its start.
                    "--disable-extensions", "--disable-component-extensions-with-background-pages",
                    "--disable-features=SpareRendererForSitePerProcess,MediaRouter,OptimizationHints,Translate",
                    "--disable-dev-shm-usage", "--lang=en-US", "--hide-scrollbars", "--window-size=1280,900",
                    format!("--user-data-dir={}", profile.path().display()),
                ],
                "prefs": match script {
                    Script::On => json!({}),
                    Script::Off => json!({"profile.managed_default_content_settings.javascript": 2}),
                },
            },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("an object")
        };
        let client = ClientBuilder::new(connector())
            .capabilities(capabilities)
            .connect(&driver.url)
            .await
            .expect("browser");
        let session = client.session_id().await.expect("session").expect("session");
        Some(Self {
            client,
            session,
            http: reqwest::Client::new(),
            driver,
            _profile: profile,
        })
    }

    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.expect("page");
    }

    /// Path and query of the current page.
    pub async fn place(&self) -> String {
        let url = self.client.current_url().await.expect("address");
        url.query()
            .map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Waits for the first element that matches `selector`.
    pub async fn find(&self, selector: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).every(GLANCE);
        match found.for_element(Locator::Css(selector)).await {
            Ok(element) => element,
            Err(error) => panic!("no {selector}: {error}\n{}", self.text("body").await),
        }
    }

    pub async fn press(&self, selector: &str) {
        let element = self.find(selector).await;
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Types into a field, after its present content.
    pub async fn write(&self, selector: &str, keys: &str) {
        let element = self.find(selector).await;
        element
            .send_keys(keys)
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Sends keys to the focused element.
    pub async fn keys(&self, keys: &str) {
        let element = self.client.active_element().await.expect("focus");
        element.send_keys(keys).await.expect("keys");
    }

    /// Value of a JavaScript expression on the page.
    pub async fn ask(&self, script: &str) -> Value {
        let script = format!("return ({script});");
        self.client.execute(&script, vec![]).await.expect("answer")
    }

    /// Visible text of the first element that matches `selector`; empty without a match.
    pub async fn text(&self, selector: &str) -> String {
        let script = "const found = document.querySelector(arguments[0]); return found ? found.innerText : '';";
        let text = self.client.execute(script, vec![json!(selector)]).await;
        text.ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Value of a form field.
    pub async fn value(&self, selector: &str) -> String {
        self.find(selector)
            .await
            .prop("value")
            .await
            .expect("value")
            .unwrap_or_default()
    }

    /// Whether a checkbox is checked.
    pub async fn ticked(&self, selector: &str) -> bool {
        self.find(selector).await.is_selected().await.expect("state")
    }

    /// Waits until the first element that matches `selector` contains `words`.
    pub async fn reads(&self, selector: &str, words: &str) {
        let begun = Instant::now();
        loop {
            let text = self.text(selector).await;
            if text.contains(words) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{words:?} is not in {selector}:\n{text}\n{}",
                self.text("body").await
            );
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until `script` evaluates to true; errors while the page is being replaced are ignored.
    pub async fn until(&self, script: &str) {
        let begun = Instant::now();
        let asked = format!("return ({script});");
        while self.client.execute(&asked, vec![]).await.ok() != Some(json!(true)) {
            assert!(
                begun.elapsed() < PATIENCE,
                "never true: {script}\n{}",
                self.text("body").await
            );
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Sets the viewport width and the preferred colour scheme.
    pub async fn look(&self, width: u32, scheme: &str) {
        let features = json!({"media": "", "features": [
            {"name": "prefers-color-scheme", "value": scheme},
            // Without transitions, so that colours are not measured half-way.
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
        self.until(&format!("matchMedia('(prefers-color-scheme: {scheme})').matches"))
            .await;
        self.resize(width).await;
    }

    /// Sets the viewport width.
    pub async fn resize(&self, width: u32) {
        let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        while self.evaluate("innerWidth").await != json!(width) {
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Value of a JavaScript expression on a page that has been loaded, awaited if it is a promise. Takes a fraction of
    /// the time of [`Self::ask`], which first waits for the end of a navigation.
    pub async fn evaluate(&self, script: &str) -> Value {
        let parameters = json!({"expression": script, "awaitPromise": true, "returnByValue": true});
        let mut answer = self.devtools("Runtime.evaluate", parameters).await;
        assert!(answer["exceptionDetails"].is_null(), "{script}: {answer}");
        answer["result"]["value"].take()
    }

    /// PNG of the whole page.
    pub async fn picture(&self) -> Vec<u8> {
        let height = self.ask("document.documentElement.scrollHeight").await;
        let width = self.ask("innerWidth").await;
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        self.capture(json!({"format": "png", "captureBeyondViewport": true, "clip": clip}))
            .await
    }

    /// PNG of the viewport.
    pub async fn first_sight(&self) -> Vec<u8> {
        self.capture(json!({"format": "png"})).await
    }

    async fn capture(&self, parameters: Value) -> Vec<u8> {
        let answer = self.devtools("Page.captureScreenshot", parameters).await;
        STANDARD.decode(answer["data"].as_str().expect("data")).expect("base64")
    }

    /// Console errors since the last call: blocked by the security policy, failed to load, thrown.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.command("se/log", json!({"type": "browser"})).await;
        let severe = |entry: &&Value| entry["level"] == "SEVERE" || entry["source"] == "security";
        let message = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        let entries = entries.as_array().expect("entries");
        entries.iter().filter(severe).map(message).collect()
    }

    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.command("goog/cdp/execute", json!({"cmd": method, "params": parameters}))
            .await
    }

    async fn command(&self, name: &str, body: Value) -> Value {
        let url = format!("{}/session/{}/{name}", self.driver.url, self.session);
        let response = self.http.post(url).json(&body).send().await.expect("answer");
        let status = response.status();
        let mut answer: Value = response.json().await.expect("JSON");
        assert!(status.is_success(), "{name} {body}: {answer}");
        answer["value"].take()
    }
}

/// Executable named by `variable`, otherwise `name` on the search path.
fn program(variable: &str, name: &str) -> Option<PathBuf> {
    if let Some(named) = env::var_os(variable) {
        return Some(named.into());
    }
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn connector() -> hyper_util::client::legacy::connect::HttpConnector {
    hyper_util::client::legacy::connect::HttpConnector::new()
}

/// The `chromedriver` process, on a port of its own choice.
struct Driver {
    process: Child,
    url: String,
    port: u16,
}

impl Driver {
    fn start(program: &PathBuf) -> Self {
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver");
        let mut lines = BufReader::new(process.stdout.take().expect("output"));
        let mut told = String::new();
        let port = loop {
            let mut line = String::new();
            let read = lines.read_line(&mut line).expect("output");
            assert_ne!(read, 0, "chromedriver ended: {told}");
            let port = line
                .split_once("on port ")
                .and_then(|(_, port)| port.trim().trim_end_matches('.').parse().ok());
            told += &line;
            match port {
                Some(port) if port != 0 => break port,
                _ => {}
            }
        };
        // Drains later output, so that the driver never blocks on a full pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
            port,
        }
    }

    /// Asks the driver to close its browser and exit.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new()).map(|_| ())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Blocking on purpose: a failing test must not leave a browser running.
        let _ = self.shut_down();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
