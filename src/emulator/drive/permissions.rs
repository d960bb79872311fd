//! Whom a file is shared with. The emulator remembers it and lets everybody in who has a token.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::super::authority::CLIENT_EMAIL;
use super::super::failure::Failure;
use super::super::library::Library;
use super::super::workbook::Workbook;
use super::{files, refusal};

/// The id of the owner's permission.
pub const OWNER: &str = "10000000000000000001";

/// All permissions of a file, the owner's first.
pub fn of(workbook: &Workbook) -> Vec<Json> {
    let owner = json!({
        "kind": "drive#permission",
        "id": OWNER,
        "type": "user",
        "role": "owner",
        "emailAddress": CLIENT_EMAIL,
        "displayName": CLIENT_EMAIL,
        "deleted": false,
        "pendingOwner": false,
    });
    std::iter::once(owner)
        .chain(workbook.file.permissions.iter().cloned())
        .collect()
}

/// `permissions.list`.
pub fn list(library: &Library, id: &str) -> Result<Json, Failure> {
    let permissions = of(&*files::read(library, id)?);
    Ok(json!({"kind": "drive#permissionList", "permissions": permissions}))
}

/// `permissions.create`; nobody is written to. A person keeps one permission, the last.
pub async fn create(library: &Library, id: &str, body: &Map<String, Json>) -> Result<Json, Failure> {
    let made = made(body)?;
    let keep = made.clone();
    files::change(library, id, |workbook| {
        let permissions = &mut Arc::make_mut(&mut workbook.file).permissions;
        permissions.retain(|known| known["id"] != keep["id"]);
        permissions.push(keep);
        Ok(())
    })
    .await?;
    Ok(made)
}

fn made(body: &Map<String, Json>) -> Result<Json, Failure> {
    let text = |name: &str| body.get(name).and_then(Json::as_str).unwrap_or_default();
    let (kind, role) = (text("type"), text("role"));
    let whom = match kind {
        "user" | "group" => text("emailAddress"),
        "domain" => text("domain"),
        "anyone" => "anyone",
        _ => {
            return Err(refusal::bad_request(
                "required",
                "The permission type field is required.",
            ));
        }
    };
    if whom.is_empty() {
        let message = "The specified emailAddress is invalid or not applicable for the given permission type.";
        return Err(refusal::bad_request("invalid", message));
    }
    match role {
        "writer" | "commenter" | "reader" => {}
        "owner" => return Err(Failure::unsupported("giving a Drive file to another owner")),
        "" => {
            return Err(refusal::bad_request(
                "required",
                "The permission role field is required.",
            ));
        }
        _ => return Err(refusal::bad_request("invalid", "The specified role is invalid.")),
    }
    let mut permission = json!({"kind": "drive#permission", "id": identity(kind, whom), "type": kind, "role": role});
    match kind {
        "user" | "group" => permission["emailAddress"] = json!(whom),
        "domain" => permission["domain"] = json!(whom),
        _ => permission["allowFileDiscovery"] = json!(false),
    }
    if kind != "anyone" {
        permission["displayName"] = json!(whom);
    }
    Ok(permission)
}

/// One id a person, the same for every file (FNV-1a).
fn identity(kind: &str, whom: &str) -> String {
    if kind == "anyone" {
        return "anyoneWithLink".to_owned();
    }
    let hash = whom
        .to_lowercase()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:020}")
}

/// `permissions.delete`.
pub async fn delete(library: &Library, id: &str, permission: &str) -> Result<(), Failure> {
    let change = |workbook: &mut Workbook| {
        let permissions = &mut Arc::make_mut(&mut workbook.file).permissions;
        let before = permissions.len();
        permissions.retain(|known| known["id"] != permission);
        match permissions.len() < before {
            true => Ok(()),
            false => Err(refusal::permission_not_found(permission)),
        }
    };
    files::change(library, id, change).await.map(|((), _)| ())
}
