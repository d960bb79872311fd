//! Addresses of the pages that belong to no board.

use domain::language::Language;

/// Path of the help page.
pub const KEYBOARD: &str = "/keyboard";

/// Address of the help page in a language.
pub fn keyboard_address(language: Language) -> String {
    match language {
        Language::English => KEYBOARD.to_owned(),
        Language::French => format!("{KEYBOARD}?lang=fr"),
    }
}

/// Path of the status page, which every footer links to.
pub const STATUS: &str = "/status";

/// Path of the `OpenAPI` document.
pub const OPENAPI_JSON: &str = "/openapi.json";

/// Path of Swagger UI, where each route can be tried.
pub const SWAGGER_UI: &str = "/docs";

/// Path of `ReDoc`, for reading.
pub const REDOC: &str = "/redoc";

/// Path prefix of the files of both viewers.
pub(crate) const VIEWER_FILES: &str = "/docs/files";

/// Path of the findings page.
pub const FINDINGS: &str = "/findings";

/// Path of the health check.
pub const HEALTH: &str = "/health";

/// Path of the figures for monitoring.
pub const METRICS: &str = "/metrics";

/// Target of the Refresh button.
pub const REFRESH: &str = "/refresh";

/// Path prefix of styles, scripts and the icon.
pub const ASSETS: &str = "/assets";
