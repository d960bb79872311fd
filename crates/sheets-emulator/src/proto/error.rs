//! API errors, with the exact messages of Google where a recording or a report has them.

use serde_json::{Value, json};

/// API error: HTTP status and the fields of Google's error body.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    /// HTTP status.
    pub code: u16,
    /// Name of the `google.rpc.Code`; empty in errors of Drive.
    pub status: &'static str,
    /// Error message.
    pub message: String,
    /// `google.rpc` error details, if any.
    pub details: Option<Box<Value>>,
    /// Legacy list of errors, used by Drive.
    pub errors: Option<Box<Value>>,
}

/// Boxes rare fields to keep the error type small.
#[expect(clippy::unnecessary_wraps, reason = "created for fields that may be empty")]
fn boxed(value: Value) -> Option<Box<Value>> {
    Some(Box::new(value))
}

impl ApiError {
    /// Creates an error without details.
    pub fn new(code: u16, status: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            status,
            message: message.into(),
            details: None,
            errors: None,
        }
    }

    /// 400 `INVALID_ARGUMENT`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ARGUMENT", message)
    }

    /// 400 with one field violation of the body or query.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::violations(vec![(field.to_owned(), message.into())])
    }

    /// 400 with several field violations: field path and description.
    pub fn violations(wrong: Vec<(String, String)>) -> Self {
        let sentences: Vec<&str> = wrong.iter().map(|(_, text)| text.as_str()).collect();
        let mut failure = Self::invalid(sentences.join("\n"));
        let violations: Vec<Value> = wrong
            .iter()
            .map(|(field, text)| match field.as_str() {
                "" => json!({ "description": text }),
                field => json!({"field": field, "description": text}),
            })
            .collect();
        failure.details = boxed(json!([{
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": violations,
        }]));
        failure
    }

    /// 400 for a field mask that names an unknown field.
    pub fn unknown_mask_path(path: &str) -> Self {
        let mut failure = Self::invalid("Request contains an invalid argument.");
        let description = format!("Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'.");
        failure.details = boxed(json!([{
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": path, "description": description}],
        }]));
        failure
    }

    /// 404 for an unknown spreadsheet, as recorded.
    pub fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "Requested entity was not found.")
    }

    /// 421 for a host name that is not this server's; Google has no such answer.
    pub fn unknown_host() -> Self {
        Self::new(
            421,
            "FAILED_PRECONDITION",
            "The request names another host than this server, which listens on the loopback interface alone.",
        )
    }

    /// 401 for a missing or unknown token.
    pub fn unauthenticated() -> Self {
        Self::new(
            401,
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid \
             authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        )
    }

    /// 403 for a spreadsheet that is not shared, as recorded.
    pub fn permission_denied() -> Self {
        Self::new(403, "PERMISSION_DENIED", "The caller does not have permission")
    }

    /// 403 for a token without the required scope.
    pub fn insufficient_scopes() -> Self {
        let mut failure = Self::new(
            403,
            "PERMISSION_DENIED",
            "Request had insufficient authentication scopes.",
        );
        failure.details = boxed(json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
            "metadata": {"service": "sheets.googleapis.com"},
        }]));
        failure
    }

    /// 403 for a project in which the Sheets API is not enabled.
    pub fn service_disabled() -> Self {
        let link = "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=0";
        let mut failure = Self::new(
            403,
            "PERMISSION_DENIED",
            format!(
                "Google Sheets API has not been used in project 0 before or it is disabled. Enable it by visiting {link} \
                 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our \
                 systems and retry."
            ),
        );
        failure.details = boxed(json!([
            {"@type": "type.googleapis.com/google.rpc.Help",
             "links": [{"description": "Google developers console API activation", "url": link}]},
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
             "domain": "googleapis.com", "metadata": {"service": "sheets.googleapis.com", "consumer": "projects/0"}},
        ]));
        failure
    }

    /// 429 for the read (`Read`) or write (`Write`) quota, as recorded; without `Retry-After`.
    pub fn quota_exceeded(kind: &str, limit: u32) -> Self {
        let mut failure = Self::new(
            429,
            "RESOURCE_EXHAUSTED",
            format!(
                "Quota exceeded for quota metric '{kind} requests' and limit '{kind} requests per minute per user' of \
                 service 'sheets.googleapis.com' for consumer 'project_number:0'."
            ),
        );
        failure.details = boxed(json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
            "metadata": {
                "service": "sheets.googleapis.com",
                "consumer": "projects/0",
                "quota_limit": format!("{kind}RequestsPerMinutePerUser"),
                "quota_metric": format!("sheets.googleapis.com/{}_requests", kind.to_lowercase()),
                "quota_limit_value": limit.to_string(),
                "quota_location": "global",
                "quota_unit": "1/min/{project}/{user}",
            },
        }]));
        failure
    }

    /// 503 for an overloaded service.
    pub fn unavailable() -> Self {
        Self::new(503, "UNAVAILABLE", "The service is currently unavailable.")
    }

    /// 503 for a write that could not be stored: nothing was applied. `reason` says why, in the `ErrorInfo` of the
    /// emulator's own domain.
    pub fn not_stored(reason: &str, message: &str) -> Self {
        let mut failure = Self::new(503, "UNAVAILABLE", message);
        failure.details = boxed(json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "sheets-emulator",
        }]));
        failure
    }

    /// 501 for a feature that the emulator does not support.
    pub fn unsupported(name: &str) -> Self {
        Self::new(501, "UNIMPLEMENTED", format!("The emulator does not support {name}."))
    }

    /// 400 for a range that names no sheet, named range or cells.
    pub fn unparsable_range(range: &str) -> Self {
        Self::invalid(format!("Unable to parse range: {range}"))
    }

    /// 400 for a range that starts outside the grid.
    pub fn outside_grid(range: &str, rows: u32, columns: u32) -> Self {
        Self::invalid(format!(
            "Range ({range}) exceeds grid limits. Max rows: {rows}, max columns: {columns}"
        ))
    }

    /// Prefixes the message of an `INVALID_ARGUMENT` error, for example with `Invalid requests[0].kind: `.
    pub fn prefixed(mut self, prefix: &str) -> Self {
        if self.code == 400 && self.details.is_none() {
            self.message = format!("{prefix}{}", self.message);
        }
        self
    }

    /// JSON body of the response.
    pub fn body(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(errors) = &self.errors {
            error["errors"] = (**errors).clone();
        }
        if !self.status.is_empty() {
            error["status"] = json!(self.status);
        }
        if let Some(details) = &self.details {
            error["details"] = (**details).clone();
        }
        json!({ "error": error })
    }
}
