//! Why a source could not be read: what happened in a sentence, and the cure.

use std::time::Duration;

/// What stops the run of one source. Others go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The vendor does not know the key (401).
    #[error("{vendor} refuses the key{}.", said_by(.said))]
    KeyRefused {
        /// Name for people.
        vendor: &'static str,
        /// The vendor's own words; may be empty.
        said: String,
    },
    /// The key is good, but may not read this (403), or the plan lacks it.
    #[error("{vendor} does not let this key read {what}{}.", said_by(.said))]
    NotAllowed {
        /// Name for people.
        vendor: &'static str,
        /// What was asked for.
        what: String,
        /// Permissions that would do, in the vendor's names; empty when it does not tell.
        scopes: Vec<String>,
        /// The vendor's own words; may be empty.
        said: String,
    },
    /// The vendor asks to wait for longer than a run does.
    #[error("{vendor} allows no more calls for now.")]
    RateLimited {
        /// Name for people.
        vendor: &'static str,
        /// After how long it may go on.
        retry_after: Option<Duration>,
    },
    /// No connection, no answer in time, or errors of the vendor's own after every try.
    #[error("{vendor} cannot be reached: {reason}.")]
    Unreachable {
        /// Name for people.
        vendor: &'static str,
        /// What happened at the last try.
        reason: String,
    },
    /// The vendor answers, but says no.
    #[error("{vendor} refuses to answer for {what} (status {status}){}.", said_by(.said))]
    Refused {
        /// Name for people.
        vendor: &'static str,
        /// What was asked for.
        what: String,
        /// The HTTP status.
        status: u16,
        /// The vendor's own words; may be empty.
        said: String,
    },
    /// The answer is not what it should be.
    #[error("The answer of {vendor} for {what} cannot be read: {reason}.")]
    Unreadable {
        /// Name for people.
        vendor: &'static str,
        /// What was asked for.
        what: String,
        /// Why not.
        reason: String,
    },
}

fn said_by(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!(": “{said}”")
    }
}

impl Failure {
    /// One word for the kind of failure, for logs and filters.
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

    /// What to do, in a sentence.
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
