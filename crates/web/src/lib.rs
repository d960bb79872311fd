//! Web layer that the boards share: requests, response formats, the page around a view, errors and the HTTP server.
//!
//! It names no board. A board, or the composition root, hands in what is its own: navigation, styles and scripts, tags of
//! the `OpenAPI` document. It may use `sheets-store` and `domain`.
//!
//! The map, from the top; each module uses only modules below it.
//!
//! - [`server`]: HTTP server loop with graceful shutdown, independent of routing
//! - [`middleware`]: same-origin check, rate limit, security headers, error responses and the one log line of an error
//! - [`findings`]: `GET /findings`, the data issues of every board
//! - [`status`]: `GET /status` and `GET /health`
//! - [`page::keyboard`]: `GET /keyboard`, the keyboard shortcuts
//! - [`openapi`]: `GET /openapi.json`, Swagger UI and `ReDoc`
//! - [`snapshot`]: the rows of a board at one data version
//! - [`request_context`]: format, language and address of a request
//! - [`delivery`]: mail, Slack and the tab `alert_history`
//! - [`page`]: page skeleton, form fields, tables, charts, dates and numbers
//! - [`assets`]: styles, scripts and the icon under hashed addresses
//! - [`response`]: HTML, JSON, CSV, XLSX and PDF responses with entity tags, compression and caches
//! - [`error`]: one error type, rendered as a page or as JSON
//! - [`audit_log`]: schema of the audit log, and the author of what the program changes by itself
//! - [`routes`]: addresses of the pages of this crate

pub mod assets;
pub mod audit_log;
pub mod delivery;
pub mod error;
pub mod findings;
pub mod middleware;
pub mod openapi;
pub mod page;
pub mod request_context;
pub mod response;
pub mod routes;
pub mod server;
pub mod snapshot;
pub mod status;
