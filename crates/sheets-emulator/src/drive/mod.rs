//! Subset of the Drive API v3 that Sheets clients use: find a spreadsheet by title, create, copy, rename, share, trash
//! and delete it, and read its `version`. Every file is a spreadsheet, and all files are in one folder.
//!
//! Source: <https://developers.google.com/workspace/drive/api/reference/rest/v3>

pub(crate) mod errors;
pub(crate) mod files;
pub(crate) mod permissions;
pub(crate) mod route;
pub(crate) mod search;

use serde_json::{Map, Value as Json, json};

pub use crate::drive::errors::with_drive_errors;
use crate::{
    drive::route::DriveCall,
    proto::{
        error::ApiError,
        field_mask::FieldMask,
        query::{MethodRequest, QueryParameters},
    },
    storage::repository::Repository,
};

/// Handles a call; `None` is a response without a body.
///
/// # Errors
/// An error of the API.
pub async fn answer(
    repository: &Repository,
    call: DriveCall,
    request: MethodRequest<'_>,
) -> Result<Option<Json>, ApiError> {
    let MethodRequest { query, body, url } = request;
    let body = parse(body)?;
    let message = match call {
        DriveCall::Create => files::create(repository, &body, url).await?,
        DriveCall::Get(id) => files::get(repository, &id, query, url)?,
        DriveCall::List => return search::list(repository, query, url).map(Some),
        DriveCall::Copy(id) => files::copy(repository, &id, &body, url).await?,
        DriveCall::Update(id) => files::update(repository, &id, &body, url).await?,
        DriveCall::Delete(id) => return files::delete(repository, &id).await.map(|()| None),
        DriveCall::Permissions(id) => {
            let list = permissions::list(repository, &id)?;
            return masked(list, query, "kind,permissions(kind,id,type,role)").map(Some);
        }
        DriveCall::Share(id) => {
            let created = permissions::create(repository, &id, &body).await?;
            return masked(created, query, "kind,id,type,role").map(Some);
        }
        DriveCall::Unshare(id, permission) => {
            return permissions::delete(repository, &id, &permission).await.map(|()| None);
        }
        DriveCall::Unsupported(name) => return Err(ApiError::unsupported(&name)),
    };
    masked(message, query, "kind,id,name,mimeType").map(Some)
}

fn parse(body: &[u8]) -> Result<Map<String, Json>, ApiError> {
    match serde_json::from_slice(if body.is_empty() { b"{}" } else { body }) {
        Ok(Json::Object(fields)) => Ok(fields),
        _ => Err(errors::bad_request("parseError", "Parse Error")),
    }
}

/// Limits a message to the mask in `fields`, or to the fields that Drive returns by default.
fn masked(message: Json, query: &QueryParameters, usual: &str) -> Result<Json, ApiError> {
    let mask = match query
        .mask()
        .map_err(|_| errors::invalid_field(query.get("fields").unwrap_or_default()))?
    {
        Some(mask) => mask,
        None => FieldMask::parse(usual)?,
    };
    check(&mask, &message)?;
    Ok(mask.keep(message))
}

/// Fields that a mask may name although a response may lack them.
const OPTIONAL: [&str; 3] = ["nextPageToken", "emailAddress", "domain"];

/// Refuses a mask that names an unknown or unsupported field.
fn check(mask: &FieldMask, message: &Json) -> Result<(), ApiError> {
    let sample = message.as_array().map_or(Some(message), |list| list.first());
    let Some(Json::Object(fields)) = sample else {
        return Ok(());
    };
    for name in mask.names() {
        match (fields.get(name), mask.below(name)) {
            (Some(value), Some(inner)) => check(&inner, value)?,
            (None, _) if OPTIONAL.contains(&name) => {}
            _ => return Err(errors::unknown_field(name)),
        }
    }
    Ok(())
}

/// `User` message of the owner, who is always the service account.
fn owner(repository: &Repository) -> Json {
    json!({
        "kind": "drive#user",
        "displayName": repository.owner(),
        "me": true,
        "permissionId": files::OWNER_PERMISSION_ID,
        "emailAddress": repository.owner(),
    })
}
