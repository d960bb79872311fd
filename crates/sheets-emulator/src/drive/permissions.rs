//! Permissions of a file. They are stored but not enforced: any valid token has access.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::{
    drive::{
        errors,
        files::{self, permissions_of},
    },
    proto::error::ApiError,
    storage::repository::Repository,
    workbook::Workbook,
};

/// Method `permissions.list`.
pub fn list(repository: &Repository, id: &str) -> Result<Json, ApiError> {
    let permissions = permissions_of(repository, &*files::read(repository, id)?);
    Ok(json!({"kind": "drive#permissionList", "permissions": permissions}))
}

/// Method `permissions.create`; sends no e-mail. A new permission replaces the previous one of the same grantee.
pub async fn create(repository: &Repository, id: &str, body: &Map<String, Json>) -> Result<Json, ApiError> {
    if body.get("role").and_then(Json::as_str) == Some("owner") && is_owner(repository, body) {
        let workbook = files::read(repository, id)?;
        return Ok(permissions_of(repository, &workbook).swap_remove(0));
    }
    let created = new_permission(body)?;
    let keep = created.clone();
    files::change(repository, id, |workbook| {
        let permissions = &mut Arc::make_mut(&mut workbook.file).permissions;
        permissions.retain(|known| known["id"] != keep["id"]);
        permissions.push(keep);
        Ok(())
    })
    .await?;
    Ok(created)
}

/// Whether the grantee is the owner, as when a client copies all permissions of a file.
fn is_owner(repository: &Repository, body: &Map<String, Json>) -> bool {
    body.get("emailAddress").and_then(Json::as_str) == Some(repository.owner())
}

fn new_permission(body: &Map<String, Json>) -> Result<Json, ApiError> {
    let text = |name: &str| body.get(name).and_then(Json::as_str).unwrap_or_default();
    let (kind, role) = (text("type"), text("role"));
    let grantee = match kind {
        "user" | "group" => text("emailAddress"),
        "domain" => text("domain"),
        "anyone" => "anyone",
        _ => {
            return Err(errors::bad_request(
                "required",
                "The permission type field is required.",
            ));
        }
    };
    if grantee.is_empty() {
        let message = "The specified emailAddress is invalid or not applicable for the given permission type.";
        return Err(errors::bad_request("invalid", message));
    }
    match role {
        "writer" | "commenter" | "reader" => {}
        "owner" => return Err(ApiError::unsupported("giving a Drive file to another owner")),
        "" => {
            return Err(errors::bad_request(
                "required",
                "The permission role field is required.",
            ));
        }
        _ => return Err(errors::bad_request("invalid", "The specified role is invalid.")),
    }
    let mut permission =
        json!({"kind": "drive#permission", "id": permission_id(kind, grantee), "type": kind, "role": role});
    match kind {
        "user" | "group" => permission["emailAddress"] = json!(grantee),
        "domain" => permission["domain"] = json!(grantee),
        _ => permission["allowFileDiscovery"] = json!(false),
    }
    if kind != "anyone" {
        permission["displayName"] = json!(grantee);
    }
    Ok(permission)
}

/// Permission id of a grantee, the same for every file (FNV-1a hash).
fn permission_id(kind: &str, grantee: &str) -> String {
    if kind == "anyone" {
        return "anyoneWithLink".to_owned();
    }
    let hash = grantee
        .to_lowercase()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:020}")
}

/// Method `permissions.delete`.
pub async fn delete(repository: &Repository, id: &str, permission: &str) -> Result<(), ApiError> {
    let change = |workbook: &mut Workbook| {
        let permissions = &mut Arc::make_mut(&mut workbook.file).permissions;
        let before = permissions.len();
        permissions.retain(|known| known["id"] != permission);
        match permissions.len() < before {
            true => Ok(()),
            false => Err(errors::permission_not_found(permission)),
        }
    };
    files::change(repository, id, change).await.map(|((), _)| ())
}
