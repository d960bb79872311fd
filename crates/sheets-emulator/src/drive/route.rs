//! Routes of the Drive API.

use percent_encoding::percent_decode_str;

use crate::proto::query::CallKind;

/// Drive method with its path parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriveCall {
    /// Method `files.create`.
    Create,
    /// Method `files.list`.
    List,
    /// Method `files.get`: file id.
    Get(String),
    /// Method `files.copy`: file id.
    Copy(String),
    /// Method `files.update`: file id.
    Update(String),
    /// Method `files.delete`: file id.
    Delete(String),
    /// Method `permissions.list`: file id.
    Permissions(String),
    /// Method `permissions.create`: file id.
    Share(String),
    /// Method `permissions.delete`: file id, permission id.
    Unshare(String, String),
    /// Unsupported method, with its name.
    Unsupported(String),
}

impl DriveCall {
    /// Method name and path pattern, for call counts and fault rules.
    pub fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Create => ("drive.files.create", "POST drive.files"),
            Self::List => ("drive.files.list", "GET drive.files"),
            Self::Get(_) => ("drive.files.get", "GET drive.files.file"),
            Self::Copy(_) => ("drive.files.copy", "POST drive.files.file.copy"),
            Self::Update(_) => ("drive.files.update", "PATCH drive.files.file"),
            Self::Delete(_) => ("drive.files.delete", "DELETE drive.files.file"),
            Self::Permissions(_) => ("drive.permissions.list", "GET drive.permissions"),
            Self::Share(_) => ("drive.permissions.create", "POST drive.permissions"),
            Self::Unshare(..) => ("drive.permissions.delete", "DELETE drive.permissions.permission"),
            Self::Unsupported(_) => ("drive", "drive"),
        }
    }

    /// Whether the method reads or changes data.
    pub fn kind(&self) -> CallKind {
        match self {
            Self::List | Self::Get(_) | Self::Permissions(_) => CallKind::Read,
            _ => CallKind::Write,
        }
    }
}

/// Finds the method of a request; `None` for a path outside the Drive API.
pub fn find(method: &str, path: &str) -> Option<DriveCall> {
    if path.starts_with("/upload/drive/") {
        return Some(DriveCall::Unsupported("uploads to Drive".to_owned()));
    }
    let rest = path.strip_prefix("/drive/v3/")?.trim_end_matches('/');
    let parts: Vec<String> = rest
        .split('/')
        .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let own = |id: &str| id.to_owned();
    Some(match (method, parts.as_slice()) {
        ("POST", ["files"]) => DriveCall::Create,
        ("GET", ["files"]) => DriveCall::List,
        ("GET", ["files", id]) if *id != "generateIds" => DriveCall::Get(own(id)),
        ("POST", ["files", id, "copy"]) => DriveCall::Copy(own(id)),
        ("PATCH", ["files", id]) => DriveCall::Update(own(id)),
        ("DELETE", ["files", id]) if *id != "trash" => DriveCall::Delete(own(id)),
        ("GET", ["files", id, "permissions"]) => DriveCall::Permissions(own(id)),
        ("POST", ["files", id, "permissions"]) => DriveCall::Share(own(id)),
        ("DELETE", ["files", id, "permissions", permission]) => DriveCall::Unshare(own(id), own(permission)),
        ("GET" | "POST" | "PATCH" | "DELETE", ["files", _, rest @ ..]) if !rest.is_empty() => {
            DriveCall::Unsupported(format!("Drive's {method} files/{}", rest[0]))
        }
        ("GET" | "POST" | "PATCH" | "DELETE", [first, ..]) => {
            DriveCall::Unsupported(format!("Drive's {method} {first}"))
        }
        _ => return None,
    })
}
