//! Errors of the Drive API, which add the legacy list `errors` to the error body.
//!
//! Source: <https://developers.google.com/workspace/drive/api/guides/handle-errors>

use serde_json::{Value as Json, json};

use crate::proto::error::ApiError;

/// Fields of a Drive file that the emulator does not support.
const UNSUPPORTED_FIELDS: [&str; 24] = [
    "appProperties",
    "capabilities",
    "contentHints",
    "description",
    "driveId",
    "exportLinks",
    "folderColorRgb",
    "hasThumbnail",
    "headRevisionId",
    "iconLink",
    "isAppAuthorized",
    "lastModifyingUser",
    "linkShareMetadata",
    "originalFilename",
    "permissionIds",
    "properties",
    "quotaBytesUsed",
    "sharedWithMeTime",
    "sharingUser",
    "size",
    "thumbnailLink",
    "trashedTime",
    "viewedByMeTime",
    "webContentLink",
];

/// Error with `errors` and without `status`.
fn refusal(code: u16, message: &str, mut error: Json) -> ApiError {
    error["domain"] = json!("global");
    error["message"] = json!(message);
    let mut failure = ApiError::new(code, "", message);
    failure.errors = Some(Box::new(json!([error])));
    failure
}

/// 404 for an unknown file.
pub fn file_not_found(id: &str) -> ApiError {
    let error = json!({"reason": "notFound", "locationType": "parameter", "location": "fileId"});
    refusal(404, &format!("File not found: {id}."), error)
}

/// 404 for an unknown permission.
pub fn permission_not_found(id: &str) -> ApiError {
    let error = json!({"reason": "notFound", "locationType": "parameter", "location": "permissionId"});
    refusal(404, &format!("Permission not found: {id}."), error)
}

/// 400 for a field mask that is malformed or names an unknown field.
pub fn invalid_field(name: &str) -> ApiError {
    let error = json!({"reason": "invalidParameter", "locationType": "parameter", "location": "fields"});
    refusal(400, &format!("Invalid field selection {name}"), error)
}

/// 501 for a Drive field that the emulator does not support, 400 for a field that Drive does not have.
pub fn unknown_field(name: &str) -> ApiError {
    if UNSUPPORTED_FIELDS.contains(&name) {
        return ApiError::unsupported(&format!("the field {name} of Drive files"));
    }
    invalid_field(name)
}

/// 403 for `alt=media`: spreadsheets have no binary content.
pub fn not_downloadable() -> ApiError {
    let message = "Only files with binary content can be downloaded. Use Export with Docs Editors files.";
    let error = json!({"reason": "fileNotDownloadable", "locationType": "parameter", "location": "alt"});
    refusal(403, message, error)
}

/// 400 for an invalid parameter.
pub fn invalid_value(parameter: &str) -> ApiError {
    let error = json!({"reason": "invalid", "locationType": "parameter", "location": parameter});
    refusal(400, "Invalid Value", error)
}

/// 400 for an invalid body.
pub fn bad_request(reason: &str, message: &str) -> ApiError {
    refusal(400, message, json!({ "reason": reason }))
}

/// Adds Drive's `errors` to an error that Sheets and Drive share.
pub fn with_drive_errors(mut failure: ApiError) -> ApiError {
    if failure.errors.is_none() {
        let (reason, message) = match failure.code {
            401 => ("authError", "Invalid Credentials"),
            403 => ("insufficientPermissions", "Insufficient Permission"),
            404 => ("notFound", failure.message.as_str()),
            429 => ("rateLimitExceeded", failure.message.as_str()),
            501 => ("notImplemented", failure.message.as_str()),
            503 => ("backendError", failure.message.as_str()),
            _ => ("badRequest", failure.message.as_str()),
        };
        let errors = json!([{"domain": "global", "reason": reason, "message": message}]);
        failure.errors = Some(Box::new(errors));
    }
    failure
}
