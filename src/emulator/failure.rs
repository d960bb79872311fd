//! What Google answers when it refuses, word for word where a recording or a report has the words.

use serde_json::{Value, json};

/// A refusal: an HTTP status and Google's error body.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// HTTP status.
    pub code: u16,
    /// `google.rpc.Code` in words; empty where Drive has none.
    pub status: &'static str,
    /// The sentence.
    pub message: String,
    /// `google.rpc` details, if any.
    pub details: Option<Value>,
    /// The older list of errors, which Drive still has.
    pub errors: Option<Value>,
}

impl Failure {
    /// A refusal in plain words.
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

    /// 400 with the violations a field of the body or of the query gets.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::violations(vec![(field.to_owned(), message.into())])
    }

    /// 400 with several fields, each with what is wrong with it.
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
        failure.details = Some(json!([{
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": violations,
        }]));
        failure
    }

    /// A field mask names something the answer does not have.
    pub fn unknown_mask_path(path: &str) -> Self {
        let mut failure = Self::invalid("Request contains an invalid argument.");
        let description = format!("Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'.");
        failure.details = Some(json!([{
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": path, "description": description}],
        }]));
        failure
    }

    /// 404, as recorded for an unknown spreadsheet.
    pub fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "Requested entity was not found.")
    }

    /// 401 without a token the emulator knows.
    pub fn unauthenticated() -> Self {
        Self::new(
            401,
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid \
             authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        )
    }

    /// 403, as recorded for a spreadsheet that is not shared.
    pub fn permission_denied() -> Self {
        Self::new(403, "PERMISSION_DENIED", "The caller does not have permission")
    }

    /// 403 when the token was asked for with another scope.
    pub fn insufficient_scopes() -> Self {
        let mut failure = Self::new(
            403,
            "PERMISSION_DENIED",
            "Request had insufficient authentication scopes.",
        );
        failure.details = Some(json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
            "metadata": {"service": "sheets.googleapis.com"},
        }]));
        failure
    }

    /// 403 when the Sheets API was never switched on in the project.
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
        failure.details = Some(json!([
            {"@type": "type.googleapis.com/google.rpc.Help",
             "links": [{"description": "Google developers console API activation", "url": link}]},
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
             "domain": "googleapis.com", "metadata": {"service": "sheets.googleapis.com", "consumer": "projects/0"}},
        ]));
        failure
    }

    /// 429 for reads (`Read`) or writes (`Write`), as recorded; there is no `Retry-After`.
    pub fn quota_exceeded(kind: &str, limit: u32) -> Self {
        let mut failure = Self::new(
            429,
            "RESOURCE_EXHAUSTED",
            format!(
                "Quota exceeded for quota metric '{kind} requests' and limit '{kind} requests per minute per user' of \
                 service 'sheets.googleapis.com' for consumer 'project_number:0'."
            ),
        );
        failure.details = Some(json!([{
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

    /// 503, what Google says when it is overloaded.
    pub fn unavailable() -> Self {
        Self::new(503, "UNAVAILABLE", "The service is currently unavailable.")
    }

    /// 501: the emulator says what it lacks rather than ignore it.
    pub fn unsupported(name: &str) -> Self {
        Self::new(501, "UNIMPLEMENTED", format!("The emulator does not support {name}."))
    }

    /// The range names no sheet, no named range and no cells.
    pub fn unparsable_range(range: &str) -> Self {
        Self::invalid(format!("Unable to parse range: {range}"))
    }

    /// The range begins outside of the grid.
    pub fn outside_grid(range: &str, rows: u32, columns: u32) -> Self {
        Self::invalid(format!(
            "Range ({range}) exceeds grid limits. Max rows: {rows}, max columns: {columns}"
        ))
    }

    /// Puts `Invalid requests[0].kind: ` and the like before the sentence of an invalid argument.
    pub fn prefixed(mut self, prefix: &str) -> Self {
        if self.code == 400 && self.details.is_none() {
            self.message = format!("{prefix}{}", self.message);
        }
        self
    }

    /// The JSON body.
    pub fn body(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(errors) = &self.errors {
            error["errors"] = errors.clone();
        }
        if !self.status.is_empty() {
            error["status"] = json!(self.status);
        }
        if let Some(details) = &self.details {
            error["details"] = details.clone();
        }
        json!({ "error": error })
    }
}
