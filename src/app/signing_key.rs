//! Secret of signed links, the same on every instance and after a restart.

use std::{
    io,
    path::{Path, PathBuf},
};

use leaderboard::claims::correction::signing::SigningKey;
use sheets_emulator::private_files::{self, AccessError};
use uuid::Uuid;

use crate::{
    app::BuildError,
    config::{Config, SpreadsheetSource},
};

/// Name of the file with the secret, next to the embedded spreadsheet.
pub(crate) const SECRET_FILE: &str = "signing.secret";
/// Minimum length of the secret in characters. A shorter one can be guessed, and with it anybody can sign.
const MIN_SECRET_CHARS: usize = 32;

/// The file with the secret of signed links cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It cannot be read or written.
    #[error("The secret of signed links cannot be read or written: {0}.")]
    Access(#[from] AccessError),
    /// It is too short, or no text.
    #[error(
        "The secret of signed links in {} has {chars} characters, but needs at least {MIN_SECRET_CHARS}. Delete the file to \
         have a new secret made; links that were signed with the old one end then.", .path.display()
    )]
    TooShort {
        /// The file.
        path: PathBuf,
        /// Characters of the secret, without spaces around it.
        chars: usize,
    },
}

/// Key from the setting, or else from the service account, which every instance has, or else from a file next to the
/// embedded spreadsheet, which only one instance can open.
pub(crate) fn signing_key(config: &Config) -> Result<SigningKey, BuildError> {
    let secret = match (&config.signing_secret, &config.spreadsheet) {
        (Some(secret), _) => secret.clone(),
        (None, SpreadsheetSource::Remote(remote)) => remote.key.private_key.clone(),
        (None, SpreadsheetSource::Embedded) => load_or_create(&config.data_dir.join(SECRET_FILE))?,
    };
    Ok(SigningKey::from_secret(secret.as_bytes()))
}

/// Content of the secret file; creates the file, for its owner alone, if it is missing.
fn load_or_create(file: &Path) -> Result<String, SecretError> {
    match std::fs::read_to_string(file) {
        Ok(secret) => {
            private_files::warn_if_open_to_others(file);
            let chars = secret.trim().chars().count();
            if chars < MIN_SECRET_CHARS {
                let path = file.to_owned();
                return Err(SecretError::TooShort { path, chars });
            }
            return Ok(secret);
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(AccessError::new(file, error).into()),
        Err(_) => {}
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.exists()) {
        private_files::create_folder(folder)?;
    }
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    private_files::write(file, &secret).map_err(|error| AccessError::new(file, error))?;
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

    #[test]
    fn a_secret_that_can_be_guessed_is_refused_with_the_cure() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("signing.secret");
        let long = "s".repeat(MIN_SECRET_CHARS);
        for (text, chars) in [
            ("", 0),
            ("a", 1),
            (" \n", 0),
            (&*format!("{}\n\n", &long[1..]), 31),
            ("ééé", 3),
        ] {
            std::fs::write(&file, text).expect("written");
            let told = load_or_create(&file).expect_err(text).to_string();
            assert!(
                told.contains(&format!("{} has {chars} characters", file.display()))
                    && told.contains("Delete the file"),
                "{told}"
            );
            assert_eq!(std::fs::read_to_string(&file).expect("still there"), text);
        }
        std::fs::write(&file, &long).expect("written");
        assert_eq!(load_or_create(&file).expect("long enough"), long);
        std::fs::write(&file, b"\xff\xfe").expect("written");
        assert!(load_or_create(&file).is_err());
    }
}
