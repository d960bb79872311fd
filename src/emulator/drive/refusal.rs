//! What Drive answers when it refuses: its errors still carry the older list `errors`.
//!
//! Source: <https://developers.google.com/workspace/drive/api/guides/handle-errors>

use serde_json::{Value as Json, json};

use super::super::failure::Failure;

/// Fields of a Drive file that the emulator lacks.
const LACKING: [&str; 24] = [
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

/// A refusal with its `errors` and without a `status`.
fn refusal(code: u16, message: &str, mut error: Json) -> Failure {
    error["domain"] = json!("global");
    error["message"] = json!(message);
    let mut failure = Failure::new(code, "", message);
    failure.errors = Some(json!([error]));
    failure
}

/// 404 for a file nobody has.
pub fn file_not_found(id: &str) -> Failure {
    let error = json!({"reason": "notFound", "locationType": "parameter", "location": "fileId"});
    refusal(404, &format!("File not found: {id}."), error)
}

/// 404 for a permission the file does not have.
pub fn permission_not_found(id: &str) -> Failure {
    let error = json!({"reason": "notFound", "locationType": "parameter", "location": "permissionId"});
    refusal(404, &format!("Permission not found: {id}."), error)
}

/// 400 for a field mask that cannot be read, or names what no answer has.
pub fn invalid_field(name: &str) -> Failure {
    let error = json!({"reason": "invalidParameter", "locationType": "parameter", "location": "fields"});
    refusal(400, &format!("Invalid field selection {name}"), error)
}

/// 501 for a field the emulator lacks, 400 for one that Drive lacks too.
pub fn unknown_field(name: &str) -> Failure {
    if LACKING.contains(&name) {
        return Failure::unsupported(&format!("the field {name} of Drive files"));
    }
    invalid_field(name)
}

/// 403 for content that a spreadsheet does not have.
pub fn not_downloadable() -> Failure {
    let message = "Only files with binary content can be downloaded. Use Export with Docs Editors files.";
    let error = json!({"reason": "fileNotDownloadable", "locationType": "parameter", "location": "alt"});
    refusal(403, message, error)
}

/// 400 for a parameter.
pub fn invalid_value(parameter: &str) -> Failure {
    let error = json!({"reason": "invalid", "locationType": "parameter", "location": parameter});
    refusal(400, "Invalid Value", error)
}

/// 400 for a body.
pub fn bad_request(reason: &str, message: &str) -> Failure {
    refusal(400, message, json!({ "reason": reason }))
}

/// Gives a refusal that Sheets and Drive share the `errors` that Drive adds.
pub fn in_the_words_of_drive(mut failure: Failure) -> Failure {
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
        failure.errors = Some(json!([{"domain": "global", "reason": reason, "message": message}]));
    }
    failure
}
