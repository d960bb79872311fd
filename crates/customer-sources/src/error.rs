//! Errors of reading a source, each with a message and a remedy.

use std::time::Duration;

/// Error that stops the run of one source; runs of other sources continue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The vendor rejects the key (401).
    #[error("{vendor} refuses the key{}.", quoted(.message))]
    KeyRefused {
        /// Display name of the vendor.
        vendor: &'static str,
        /// Vendor's error message; may be empty.
        message: String,
    },
    /// The key is valid but lacks the permission (403), or the plan lacks the feature.
    #[error("{vendor} does not let this key read {what}{}.", quoted(.message))]
    NotAllowed {
        /// Display name of the vendor.
        vendor: &'static str,
        /// Requested resource, in words.
        what: String,
        /// Sufficient permissions in the vendor's terms; empty if unknown.
        scopes: Vec<String>,
        /// Vendor's error message; may be empty.
        message: String,
    },
    /// The vendor asks to wait longer than a run waits.
    #[error("{vendor} allows no more calls for now.")]
    RateLimited {
        /// Display name of the vendor.
        vendor: &'static str,
        /// Time until calls are allowed again, if known.
        retry_after: Option<Duration>,
    },
    /// No connection, a timeout, or server errors after every retry.
    #[error("{vendor} cannot be reached: {reason}.")]
    Unreachable {
        /// Display name of the vendor.
        vendor: &'static str,
        /// Cause of the last attempt's failure.
        reason: String,
    },
    /// The vendor rejects the request with another status.
    #[error("{vendor} refuses to answer for {what} (status {status}){}.", quoted(.message))]
    Refused {
        /// Display name of the vendor.
        vendor: &'static str,
        /// Requested resource, in words.
        what: String,
        /// HTTP status.
        status: u16,
        /// Vendor's error message; may be empty.
        message: String,
    },
    /// The response has an unexpected shape.
    #[error("The answer of {vendor} for {what} cannot be read: {reason}.")]
    Unreadable {
        /// Display name of the vendor.
        vendor: &'static str,
        /// Requested resource, in words.
        what: String,
        /// Reason, in words.
        reason: String,
    },
}

fn quoted(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(": “{message}”")
    }
}

impl SourceError {
    /// Stable name of the kind of error, for logs and filters.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::KeyRefused { .. } => "bad_key",
            Self::NotAllowed { .. } => "missing_scope",
            Self::RateLimited { .. } => "rate_limit",
            Self::Unreachable { .. } => "connection",
            Self::Refused { .. } => "refused",
            Self::Unreadable { .. } => "unreadable",
        }
    }

    /// Remedy, as one sentence.
    pub fn cure(&self) -> String {
        match self {
            Self::KeyRefused { vendor, .. } => {
                format!("Make a new key at {vendor} and put it into the settings.")
            }
            Self::NotAllowed {
                vendor, scopes, what, ..
            } if scopes.is_empty() => {
                format!("Give the key at {vendor} the right to read {what}, or use the key of somebody who has it.")
            }
            Self::NotAllowed { vendor, scopes, .. } => {
                format!("Give the key at {vendor} the permission {}.", scopes.join(" or "))
            }
            Self::RateLimited {
                retry_after: Some(wait),
                ..
            } => match wait.as_secs().div_ceil(60) {
                0 | 1 => "Run it again in a minute.".to_owned(),
                minutes => format!("Run it again in {minutes} minutes."),
            },
            Self::RateLimited { .. } => "Run it again later, or lower the calls per minute in the settings.".to_owned(),
            Self::Unreachable { vendor, .. } => {
                format!("Nothing is lost: the next run goes on. If it lasts, see whether {vendor} reports an outage.")
            }
            Self::Refused { .. } | Self::Unreadable { .. } => {
                "Check the address of the API in the settings. If it is right, the vendor has changed its answers."
                    .to_owned()
            }
        }
    }
}
