//! Subset of the Drive API v3 that Sheets clients use: find a spreadsheet by title, create, copy, rename, share, trash
//! and delete it, and read its `version`. Every file is a spreadsheet, and all files are in one folder.
//!
//! Source: <https://developers.google.com/workspace/drive/api/reference/rest/v3>

mod files;
mod permissions;
mod refusal;
pub mod route;
mod search;

use serde_json::{Map, Value as Json, json};

use super::failure::Failure;
use super::library::Library;
use super::mask::Mask;
use super::query::Query;
use route::Call;

pub use refusal::in_the_words_of_drive;

/// Handles a call; `None` is a response without a body.
///
/// # Errors
/// An error of the API.
pub async fn answer(
    library: &Library,
    call: Call,
    query: &Query,
    (body, url): (&[u8], &str),
) -> Result<Option<Json>, Failure> {
    let body = parse(body)?;
    let message = match call {
        Call::Create => files::create(library, &body, url).await?,
        Call::Get(id) => files::get(library, &id, query, url)?,
        Call::List => return search::list(library, query, url).map(Some),
        Call::Copy(id) => files::copy(library, &id, &body, url).await?,
        Call::Update(id) => files::update(library, &id, &body, url).await?,
        Call::Delete(id) => return files::delete(library, &id).await.map(|()| None),
        Call::Permissions(id) => {
            let list = permissions::list(library, &id)?;
            return masked(list, query, "kind,permissions(kind,id,type,role)").map(Some);
        }
        Call::Share(id) => {
            let made = permissions::create(library, &id, &body).await?;
            return masked(made, query, "kind,id,type,role").map(Some);
        }
        Call::Unshare(id, permission) => {
            return permissions::delete(library, &id, &permission).await.map(|()| None);
        }
        Call::Unsupported(name) => return Err(Failure::unsupported(&name)),
    };
    masked(message, query, "kind,id,name,mimeType").map(Some)
}

fn parse(body: &[u8]) -> Result<Map<String, Json>, Failure> {
    match serde_json::from_slice(if body.is_empty() { b"{}" } else { body }) {
        Ok(Json::Object(fields)) => Ok(fields),
        _ => Err(refusal::bad_request("parseError", "Parse Error")),
    }
}

/// Limits a message to the mask in `fields`, or to the fields that Drive returns by default.
fn masked(message: Json, query: &Query, usual: &str) -> Result<Json, Failure> {
    let mask = match query
        .mask()
        .map_err(|_| refusal::invalid_field(query.get("fields").unwrap_or_default()))?
    {
        Some(mask) => mask,
        None => Mask::parse(usual)?,
    };
    check(&mask, &message)?;
    Ok(mask.keep(message))
}

/// Fields that a mask may name although a response may lack them.
const OPTIONAL: [&str; 3] = ["nextPageToken", "emailAddress", "domain"];

/// Refuses a mask that names an unknown or unsupported field.
fn check(mask: &Mask, message: &Json) -> Result<(), Failure> {
    let sample = message.as_array().map_or(Some(message), |list| list.first());
    let Some(Json::Object(fields)) = sample else {
        return Ok(());
    };
    for name in mask.names() {
        match (fields.get(name), mask.below(name)) {
            (Some(value), Some(inner)) => check(&inner, value)?,
            (None, _) if OPTIONAL.contains(&name) => {}
            _ => return Err(refusal::unknown_field(name)),
        }
    }
    Ok(())
}

/// `User` message of the owner, who is always the service account.
fn owner() -> Json {
    json!({
        "kind": "drive#user",
        "displayName": super::authority::CLIENT_EMAIL,
        "me": true,
        "permissionId": permissions::OWNER,
        "emailAddress": super::authority::CLIENT_EMAIL,
    })
}
