//! Secret of signed links, the same on every instance and after a restart.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
};

use leaderboard::claims::correction::signing::SigningKey;
use uuid::Uuid;

use crate::{
    app::BuildError,
    config::{Config, SpreadsheetSource},
};

/// Key from the setting, or else from the service account, which every instance has, or else from a file next to the
/// embedded spreadsheet, which only one instance can open.
pub(crate) fn signing_key(config: &Config) -> Result<SigningKey, BuildError> {
    let secret = match (&config.signing_secret, &config.spreadsheet) {
        (Some(secret), _) => secret.clone(),
        (None, SpreadsheetSource::Remote(remote)) => remote.key.private_key.clone(),
        (None, SpreadsheetSource::Embedded) => {
            let file = config.data_dir.join("signing.secret");
            load_or_create(&file).map_err(|error| BuildError::Secret(file.display().to_string(), error))?
        }
    };
    Ok(SigningKey::from_secret(secret.as_bytes()))
}

/// Content of the secret file (mode 0600 on Unix); creates the file if it is missing.
fn load_or_create(file: &Path) -> io::Result<String> {
    match std::fs::read_to_string(file) {
        Ok(secret) if !secret.trim().is_empty() => return Ok(secret),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    options.open(file)?.write_all(secret.as_bytes())?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("data").join("signing.secret");
        let made = load_or_create(&file).expect("made");
        assert_eq!(made.len(), 64);
        assert_eq!(load_or_create(&file).expect("kept"), made);
    }
}
