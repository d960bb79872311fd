//! Routes of the Drive API.

use percent_encoding::percent_decode_str;

/// Drive method with its path parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
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

impl Call {
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

    /// Whether the method changes data.
    pub fn is_write(&self) -> bool {
        !matches!(self, Self::List | Self::Get(_) | Self::Permissions(_))
    }
}

/// Finds the method of a request; `None` for a path outside the Drive API.
pub fn find(method: &str, path: &str) -> Option<Call> {
    if path.starts_with("/upload/drive/") {
        return Some(Call::Unsupported("uploads to Drive".to_owned()));
    }
    let rest = path.strip_prefix("/drive/v3/")?.trim_end_matches('/');
    let parts: Vec<String> = rest
        .split('/')
        .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let own = |id: &str| id.to_owned();
    Some(match (method, parts.as_slice()) {
        ("POST", ["files"]) => Call::Create,
        ("GET", ["files"]) => Call::List,
        ("GET", ["files", id]) if *id != "generateIds" => Call::Get(own(id)),
        ("POST", ["files", id, "copy"]) => Call::Copy(own(id)),
        ("PATCH", ["files", id]) => Call::Update(own(id)),
        ("DELETE", ["files", id]) if *id != "trash" => Call::Delete(own(id)),
        ("GET", ["files", id, "permissions"]) => Call::Permissions(own(id)),
        ("POST", ["files", id, "permissions"]) => Call::Share(own(id)),
        ("DELETE", ["files", id, "permissions", permission]) => Call::Unshare(own(id), own(permission)),
        ("GET" | "POST" | "PATCH" | "DELETE", ["files", _, rest @ ..]) if !rest.is_empty() => {
            Call::Unsupported(format!("Drive's {method} files/{}", rest[0]))
        }
        ("GET" | "POST" | "PATCH" | "DELETE", [first, ..]) => Call::Unsupported(format!("Drive's {method} {first}")),
        _ => return None,
    })
}
