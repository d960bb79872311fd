//! Messages that leave the program: mail through SMTP, and Slack through an incoming webhook. Knows no board.
//!
//! What is not configured is off. A message that could not be handed over is an error in words; whether it is tried again
//! later is up to the board.

pub mod claim;
pub mod history;
mod mail;
mod slack;

use schemars::JsonSchema;
use serde::Serialize;

pub use mail::Mail;
pub use slack::Slack;

/// A way out of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// SMTP.
    Mail,
    /// An incoming webhook.
    Slack,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 2] = [Self::Mail, Self::Slack];

    /// The word in the spreadsheet and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Slack => "slack",
        }
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Address of the recipient; Slack needs none, its webhook has one channel.
    pub to: String,
    /// Subject of a mail; Slack has none.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Why a message did not go out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// The other side surely did not take it; it can be sent again.
    #[error("{0}")]
    NotTaken(String),
    /// The other side may have taken it; sending it again could make two of one.
    #[error("{0}")]
    Unknown(String),
}

impl DeliveryError {
    fn not_taken(error: impl std::fmt::Display) -> Self {
        Self::NotTaken(error.to_string())
    }
}

/// The ways out that are configured.
#[derive(Default)]
pub struct Delivery {
    /// SMTP, when there is a server.
    pub mail: Option<Mail>,
    /// Slack, when there is a webhook.
    pub slack: Option<Slack>,
}

impl Delivery {
    /// The channels that are configured.
    pub fn channels(&self) -> Vec<Channel> {
        let is_there = |channel: &Channel| match channel {
            Channel::Mail => self.mail.is_some(),
            Channel::Slack => self.slack.is_some(),
        };
        Channel::ALL.into_iter().filter(is_there).collect()
    }

    /// Hands a message over.
    ///
    /// # Errors
    /// [`DeliveryError`] when the channel is off, or the other side did not take the message.
    pub async fn send(&self, channel: Channel, message: &Message) -> Result<(), DeliveryError> {
        match (channel, &self.mail, &self.slack) {
            (Channel::Mail, Some(mail), _) => mail.send(message).await,
            (Channel::Slack, _, Some(slack)) => slack.send(message).await,
            _ => Err(DeliveryError::not_taken(format!(
                "{} is not configured",
                channel.word()
            ))),
        }
    }
}
