//! A local Google Sheets API v4 server.
use std::{net::SocketAddr, path::PathBuf};
pub struct Options {
    pub listen: SocketAddr,
    pub data: Option<PathBuf>,
    pub any_token: bool,
    pub quota_per_minute: Option<u32>,
    pub title: String,
}
impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: None,
            any_token: false,
            quota_per_minute: None,
            title: "Tallyboard".into(),
        }
    }
}
pub struct Emulator;
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct StartError;
impl Emulator {
    pub async fn start(_: Options) -> Result<Self, StartError> {
        todo!()
    }
    pub fn url(&self) -> String {
        todo!()
    }
    pub fn spreadsheet_id(&self) -> &str {
        todo!()
    }
    pub fn owner_token(&self) -> &str {
        todo!()
    }
    pub async fn environment_lines(&self) -> Result<String, StartError> {
        todo!()
    }
    pub async fn stop(self) {}
}
