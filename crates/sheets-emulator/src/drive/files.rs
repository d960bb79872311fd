//! Drive methods for a single file: create, get, copy, update, delete.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::{
    drive::{errors, owner},
    proto::{error::ApiError, query::QueryParameters},
    storage::repository::Repository,
    workbook::{
        Workbook,
        drive_file::{self, DriveFile},
    },
};

/// Media type of all files.
pub const SPREADSHEET: &str = "application/vnd.google-apps.spreadsheet";
/// Id of the only folder, which contains all files.
pub const ROOT: &str = "0AEmulatorDriveUk9PVA";

/// `File` message with all fields that the emulator supports.
pub fn describe(repository: &Repository, workbook: &Workbook, url: &str) -> Json {
    let file = &workbook.file;
    json!({
        "kind": "drive#file",
        "id": &*workbook.id,
        "name": workbook.title(),
        "mimeType": SPREADSHEET,
        "starred": false,
        "trashed": file.trashed,
        "explicitlyTrashed": file.trashed,
        "parents": [ROOT],
        "spaces": ["drive"],
        "version": file.version.to_string(),
        "webViewLink": format!("{url}/spreadsheets/d/{}/edit?usp=drivesdk", workbook.id),
        "createdTime": drive_file::rfc3339(file.created),
        "modifiedTime": drive_file::rfc3339(file.modified),
        "modifiedByMe": true,
        "modifiedByMeTime": drive_file::rfc3339(file.modified),
        "viewedByMe": true,
        "owners": [owner(repository)],
        "ownedByMe": true,
        "shared": !file.permissions.is_empty(),
        "writersCanShare": true,
        "copyRequiresWriterPermission": false,
        "permissions": permissions_of(repository, workbook),
    })
}

/// Refuses file fields that cannot be stored.
fn check(body: &Map<String, Json>, known: &[&str]) -> Result<(), ApiError> {
    match body.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(ApiError::unsupported(&format!(
            "writing the field {name} of a Drive file"
        ))),
        None => Ok(()),
    }
}

fn check_place(body: &Map<String, Json>) -> Result<(), ApiError> {
    let parents = body.get("parents").and_then(Json::as_array).into_iter().flatten();
    let mut ids = parents.filter_map(Json::as_str);
    match ids.find(|id| *id != "root" && *id != ROOT) {
        Some(id) => Err(errors::file_not_found(id)),
        None => Ok(()),
    }
}

fn name(body: &Map<String, Json>) -> Option<&str> {
    body.get("name").and_then(Json::as_str)
}

/// Method `files.create`: creates a spreadsheet with one blank tab.
pub async fn create(repository: &Repository, body: &Map<String, Json>, url: &str) -> Result<Json, ApiError> {
    check(body, &["name", "mimeType", "parents"])?;
    let media_type = body
        .get("mimeType")
        .and_then(Json::as_str)
        .unwrap_or("application/octet-stream");
    if media_type != SPREADSHEET {
        return Err(ApiError::unsupported(&format!("Drive files of type {media_type}")));
    }
    check_place(body)?;
    let created = repository.add(Workbook::new(name(body).unwrap_or("Untitled"))).await?;
    Ok(describe(repository, &created, url))
}

/// Spreadsheet of a file, or Drive's 404.
pub fn read(repository: &Repository, id: &str) -> Result<Arc<Workbook>, ApiError> {
    repository.read(id).ok_or_else(|| errors::file_not_found(id))
}

/// Method `files.get`.
pub fn get(repository: &Repository, id: &str, query: &QueryParameters, url: &str) -> Result<Json, ApiError> {
    if query.get("alt") == Some("media") {
        return Err(errors::not_downloadable());
    }
    read(repository, id).map(|workbook| describe(repository, &workbook, url))
}

/// Method `files.copy`: copies everything except the permissions.
pub async fn copy(repository: &Repository, id: &str, body: &Map<String, Json>, url: &str) -> Result<Json, ApiError> {
    check(body, &["name", "mimeType", "parents"])?;
    check_place(body)?;
    let original = read(repository, id)?;
    let title = name(body).map_or_else(|| format!("Copy of {}", original.title()), str::to_owned);
    let copied = repository.add(original.duplicate(&title)).await?;
    Ok(describe(repository, &copied, url))
}

/// Changes a spreadsheet; a missing one is reported as Drive's 404.
pub async fn change<R>(
    repository: &Repository,
    id: &str,
    change: impl FnOnce(&mut Workbook) -> Result<R, ApiError>,
) -> Result<(R, Arc<Workbook>), ApiError> {
    read(repository, id)?;
    repository.write(id, change).await
}

/// Method `files.update`: renames, trashes and restores.
pub async fn update(repository: &Repository, id: &str, body: &Map<String, Json>, url: &str) -> Result<Json, ApiError> {
    check(body, &["name", "mimeType", "trashed"])?;
    let (name, trashed) = (name(body), body.get("trashed").and_then(Json::as_bool));
    let ((), snapshot) = change(repository, id, |workbook| {
        if let Some(name) = name {
            Arc::make_mut(&mut workbook.properties).insert("title".to_owned(), json!(name));
        }
        let file: &mut DriveFile = Arc::make_mut(&mut workbook.file);
        file.trashed = trashed.unwrap_or(file.trashed);
        Ok(())
    })
    .await?;
    Ok(describe(repository, &snapshot, url))
}

/// Method `files.delete`: deletes permanently, without the trash.
pub async fn delete(repository: &Repository, id: &str) -> Result<(), ApiError> {
    read(repository, id)?;
    repository.remove(id).await
}

/// Id of the owner's permission.
pub const OWNER_PERMISSION_ID: &str = "10000000000000000001";

/// All permissions of a file; the owner's is first.
pub fn permissions_of(repository: &Repository, workbook: &Workbook) -> Vec<Json> {
    let owner = json!({
        "kind": "drive#permission",
        "id": OWNER_PERMISSION_ID,
        "type": "user",
        "role": "owner",
        "emailAddress": repository.owner(),
        "displayName": repository.owner(),
        "deleted": false,
        "pendingOwner": false,
    });
    std::iter::once(owner)
        .chain(workbook.file.permissions.iter().cloned())
        .collect()
}
