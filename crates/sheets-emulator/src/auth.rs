//! Authentication: a service account, the OAuth token endpoint that verifies its signed JWT, and the issued access
//! tokens.
//!
//! Source: <https://developers.google.com/identity/protocols/oauth2/service-account#httprest>

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rsa::{
    RsaPrivateKey, RsaPublicKey,
    pkcs1v15::{Signature, VerifyingKey},
    pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding},
    sha2::Sha256,
    signature::Verifier as _,
};
use serde_json::{Value as Json, json};
use tokio::sync::OnceCell;

use crate::storage::private_files::{self, AccessError};

const KEY_BITS: usize = 2048;
/// Name of the key file in the data directory.
pub const KEY_FILE: &str = "service-account.json";
const TOKEN_LIFETIME: Duration = Duration::from_secs(3599);
/// Allowed clock skew, in seconds.
const SKEW_SECONDS: i64 = 300;
/// Google's token endpoints, also accepted as audience: some clients always claim one of them, whatever the key file
/// says.
const TOKEN_ENDPOINTS: [&str; 3] = [
    "https://oauth2.googleapis.com/token",
    "https://accounts.google.com/o/oauth2/token",
    "https://www.googleapis.com/oauth2/v4/token",
];
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// The service account key cannot be created, read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file cannot be read or written.
    #[error("the key of the service account cannot be read or written: {0}")]
    File(#[from] AccessError),
    /// The file content or the generated key is invalid.
    #[error("the service account key is unusable: {0}")]
    Key(String),
}

/// Service account with its key pair.
struct ServiceAccount {
    public: VerifyingKey<Sha256>,
    private_pem: String,
    key_id: String,
}

/// Access level of a token for one API, ordered from lowest to highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// No access: the scope names another API.
    Nothing,
    /// Read access.
    Read,
    /// Read and write access.
    Write,
}

/// Access levels of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenAccess {
    /// Access to the Sheets API.
    pub sheets: AccessLevel,
    /// Access to the Drive API.
    pub drive: AccessLevel,
}

/// Options of the authorization server.
#[derive(Clone, Debug)]
pub struct AuthOptions {
    /// URL of the token endpoint.
    pub token_uri: String,
    /// E-mail address of the service account.
    pub client_email: String,
    /// Folder of the key file; `None` keeps the key in memory.
    pub directory: Option<PathBuf>,
    /// Whether every bearer token is accepted.
    pub any_token: bool,
}

/// Authorization server: the service account and the issued tokens.
pub struct AuthServer {
    options: AuthOptions,
    account: OnceCell<ServiceAccount>,
    tokens: Mutex<HashMap<String, (TokenAccess, Instant)>>,
    owner_token: String,
}

/// Response of the token endpoint: HTTP status and body.
pub type TokenResponse = (u16, Json);

impl AuthServer {
    /// Creates the server. The key is generated or read on first use.
    pub fn new(options: AuthOptions) -> Self {
        let owner_token = format!("owner-{}", random_token());
        let tokens = Mutex::new(HashMap::new());
        Self {
            options,
            account: OnceCell::new(),
            tokens,
            owner_token,
        }
    }

    /// Token that is always accepted.
    pub fn owner_token(&self) -> &str {
        &self.owner_token
    }

    /// Access levels of a bearer token; `None` for an unknown or expired token.
    pub fn access(&self, token: Option<&str>) -> Option<TokenAccess> {
        let token = token?;
        if self.options.any_token || token == self.owner_token {
            return Some(TokenAccess {
                sheets: AccessLevel::Write,
                drive: AccessLevel::Write,
            });
        }
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        tokens.retain(|_, (_, expiry)| *expiry > now);
        tokens.get(token).map(|(access, _)| *access)
    }

    async fn account(&self) -> Result<&ServiceAccount, KeyError> {
        let options = self.options.clone();
        self.account
            .get_or_try_init(|| async move {
                let task = tokio::task::spawn_blocking(move || load_or_create_account(&options));
                task.await.map_err(|error| KeyError::Key(error.to_string()))?
            })
            .await
    }

    /// Content of the key file. The first call waits for key generation.
    ///
    /// # Errors
    /// If the key cannot be created, read or written.
    pub async fn key_file(&self) -> Result<String, KeyError> {
        Ok(key_file(self.account().await?, &self.options))
    }

    /// Path of the key file, if the emulator has a data directory.
    pub fn key_path(&self) -> Option<PathBuf> {
        self.options
            .directory
            .as_ref()
            .map(|directory| directory.join(KEY_FILE))
    }

    /// Handles a form posted to the token endpoint.
    ///
    /// # Errors
    /// If there is no key to verify the JWT with.
    pub async fn token(&self, form: &[u8]) -> Result<TokenResponse, KeyError> {
        let fields: HashMap<String, String> = serde_urlencoded::from_bytes(form).unwrap_or_default();
        if fields.get("grant_type").map(String::as_str) != Some(GRANT_TYPE) {
            let text = format!(
                "Invalid grant_type: {}",
                fields.get("grant_type").map_or("", String::as_str)
            );
            return Ok(token_error("unsupported_grant_type", &text));
        }
        let Some(assertion) = fields.get("assertion") else {
            return Ok(token_error("invalid_request", "Missing required parameter: assertion"));
        };
        let account = self.account().await?;
        let now = jiff::Timestamp::now().as_second();
        Ok(match verify(assertion, &account.public, &self.options, now) {
            Ok(access) => self.issue_token(access),
            Err((error, description)) => token_error(error, &description),
        })
    }

    fn issue_token(&self, access: TokenAccess) -> TokenResponse {
        let token = format!("ya29.{}", random_token());
        let expiry = Instant::now() + TOKEN_LIFETIME;
        self.tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(token.clone(), (access, expiry));
        (
            200,
            json!({"access_token": token, "expires_in": TOKEN_LIFETIME.as_secs(), "token_type": "Bearer"}),
        )
    }
}

fn token_error(error: &str, description: &str) -> TokenResponse {
    (400, json!({"error": error, "error_description": description}))
}

fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

type TokenError = (&'static str, String);

fn verify(
    assertion: &str,
    key: &VerifyingKey<Sha256>,
    options: &AuthOptions,
    now: i64,
) -> Result<TokenAccess, TokenError> {
    let grant = |text: &str| ("invalid_grant", text.to_owned());
    let mut parts = assertion.split('.');
    let (Some(header), Some(claims), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(("invalid_request", "Bad Request".to_owned()));
    };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok();
    let message = |part: &str| decode(part).and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok());
    let parsed = message(header).zip(message(claims));
    let (header, claims_json) = parsed.ok_or_else(|| grant("Invalid JWT: Failed to decode."))?;
    if header["alg"] != "RS256" {
        return Err(grant("Invalid JWT: Unsupported signature algorithm."));
    }
    let signed = &assertion[..assertion.len() - signature.len() - 1];
    let signature = decode(signature).and_then(|bytes| Signature::try_from(&bytes[..]).ok());
    let is_signed = signature.is_some_and(|signature| key.verify(signed.as_bytes(), &signature).is_ok());
    if claims_json["iss"] != *options.client_email {
        return Err(grant("Invalid grant: account not found"));
    }
    if !is_signed {
        return Err(grant("Invalid JWT Signature."));
    }
    let known = |claimed: &str| claimed == options.token_uri || TOKEN_ENDPOINTS.contains(&claimed);
    if !claims_json["aud"].as_str().is_some_and(known) {
        return Err(grant("Invalid JWT: Invalid audience."));
    }
    check_lifetime(&claims_json, now)?;
    let scope = claims_json["scope"].as_str().unwrap_or_default();
    if scope.trim().is_empty() {
        return Err((
            "invalid_scope",
            "Invalid OAuth scope or ID token audience provided.".to_owned(),
        ));
    }
    Ok(parse_scope(scope))
}

fn check_lifetime(claims: &Json, now: i64) -> Result<(), TokenError> {
    let (issued, expires) = (claims["iat"].as_i64(), claims["exp"].as_i64());
    let reasonable = issued.zip(expires).is_some_and(|(issued, expires)| {
        issued <= now + SKEW_SECONDS && expires > now - SKEW_SECONDS && expires > issued && expires - issued <= 3600
    });
    if reasonable {
        return Ok(());
    }
    Err((
        "invalid_grant",
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and \
         exp values in the JWT claim."
            .to_owned(),
    ))
}

fn parse_scope(scope: &str) -> TokenAccess {
    let has = |names: &[&str]| {
        scope.split_whitespace().any(|word| {
            word.strip_prefix("https://www.googleapis.com/auth/")
                .is_some_and(|name| names.contains(&name))
        })
    };
    let right = |write: &[&str], read: &[&str]| match (has(write), has(read)) {
        (true, _) => AccessLevel::Write,
        (false, true) => AccessLevel::Read,
        (false, false) => AccessLevel::Nothing,
    };
    TokenAccess {
        sheets: right(
            &["spreadsheets", "drive", "drive.file"],
            &["spreadsheets.readonly", "drive.readonly"],
        ),
        drive: right(
            &["drive", "drive.file"],
            &["drive.readonly", "drive.metadata", "drive.metadata.readonly"],
        ),
    }
}

fn load_or_create_account(options: &AuthOptions) -> Result<ServiceAccount, KeyError> {
    let Some(directory) = &options.directory else {
        return create_account();
    };
    let path = directory.join(KEY_FILE);
    let account = match std::fs::read_to_string(&path) {
        Ok(text) => {
            let file: Json = serde_json::from_str(&text).map_err(|error| KeyError::Key(error.to_string()))?;
            let pem = file["private_key"].as_str().unwrap_or_default().to_owned();
            let key = RsaPrivateKey::from_pkcs8_pem(&pem).map_err(|error| KeyError::Key(error.to_string()))?;
            let key_id = file["private_key_id"].as_str().unwrap_or_default().to_owned();
            ServiceAccount {
                public: VerifyingKey::new(RsaPublicKey::from(&key)),
                private_pem: pem,
                key_id,
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => create_account()?,
        Err(error) => return Err(AccessError::new(&path, error).into()),
    };
    // Rewritten because the port, and so the token URI, may differ from the last start.
    private_files::write(&path, &key_file(&account, options)).map_err(|error| AccessError::new(&path, error))?;
    Ok(account)
}

fn create_account() -> Result<ServiceAccount, KeyError> {
    let mut random = rsa::rand_core::OsRng;
    let key = RsaPrivateKey::new(&mut random, KEY_BITS).map_err(|error| KeyError::Key(error.to_string()))?;
    let pem = key
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|error| KeyError::Key(error.to_string()))?;
    let key_id = rand::random::<[u8; 20]>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(ServiceAccount {
        public: VerifyingKey::new(RsaPublicKey::from(&key)),
        private_pem: pem.to_string(),
        key_id,
    })
}

fn key_file(account: &ServiceAccount, options: &AuthOptions) -> String {
    let domain = options.client_email.split('@').next_back().unwrap_or_default();
    let project = domain.split('.').next().unwrap_or_default();
    let token_uri = &options.token_uri;
    let file = json!({
        "type": "service_account",
        "project_id": project,
        "private_key_id": account.key_id,
        "private_key": account.private_pem,
        "client_email": options.client_email,
        "client_id": "100000000000000000000",
        "auth_uri": token_uri.replace("/token", "/auth"),
        "token_uri": token_uri,
        "universe_domain": "googleapis.com",
    });
    format!("{file:#}\n")
}
