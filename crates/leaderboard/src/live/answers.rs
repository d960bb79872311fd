//! Events of the live stream.

use serde::Serialize;

use crate::{
    live::new_claims::{NewClaim, NewClaims},
    ui::messages,
};

/// One event of `GET /leaderboard/live`.
#[derive(Serialize)]
pub struct LiveEvent<'a> {
    /// Id of the edition; a client that reconnects sends it back to receive what it missed.
    pub edition: &'a str,
    /// Claims that are new to the client, earliest first; an edition may have none.
    pub claims: Vec<LiveClaim>,
    /// Number of further new claims that are not listed.
    pub others: u32,
}

/// A new claim with a message about it.
#[derive(Serialize)]
pub struct LiveClaim {
    /// The claim.
    #[serde(flatten)]
    pub claim: NewClaim,
    /// The claim as a sentence.
    pub message: String,
}

impl<'a> LiveEvent<'a> {
    /// Builds the event of an edition.
    pub fn new(edition: &'a str, new: NewClaims) -> Self {
        let told = |claim: NewClaim| LiveClaim {
            message: messages::new_claim(&claim),
            claim,
        };
        Self {
            edition,
            claims: new.latest.into_iter().map(told).collect(),
            others: new.others,
        }
    }
}
