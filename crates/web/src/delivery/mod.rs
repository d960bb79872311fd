//! Message delivery: mail over SMTP, and Slack by incoming webhook. Knows no board.
//!
//! A channel that is not configured is off. A failed delivery returns an error with its reason; the board decides
//! whether to retry.

pub mod alert_history;
pub(crate) mod mail;
pub mod send_claim;
pub(crate) mod slack;

use schemars::JsonSchema;
use serde::Serialize;

pub use crate::delivery::{mail::MailSender, slack::SlackWebhook};

/// Delivery channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Mail over SMTP.
    Mail,
    /// Slack by incoming webhook.
    Slack,
}

impl Channel {
    /// All channels.
    pub const ALL: [Self; 2] = [Self::Mail, Self::Slack];

    /// Name in the spreadsheet and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Slack => "slack",
        }
    }
}

/// Message to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Mail address of the recipient; ignored by Slack, whose webhook has a fixed channel.
    pub to: String,
    /// Subject of a mail; ignored by Slack.
    pub subject: String,
    /// Text of the message.
    pub text: String,
}

/// Reason why a delivery failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Certainly not accepted; it can be sent again.
    #[error("{0}")]
    NotAccepted(String),
    /// Possibly accepted; sending it again could deliver it twice.
    #[error("{0}")]
    Unknown(String),
}

impl DeliveryError {
    fn not_accepted(error: impl std::fmt::Display) -> Self {
        Self::NotAccepted(error.to_string())
    }
}

/// Configured channels.
#[derive(Default)]
pub struct Delivery {
    /// Mail, if a server is configured.
    pub mail: Option<MailSender>,
    /// Slack, if a webhook is configured.
    pub slack: Option<SlackWebhook>,
}

impl Delivery {
    /// Channels that are configured.
    pub fn channels(&self) -> Vec<Channel> {
        let is_there = |channel: &Channel| match channel {
            Channel::Mail => self.mail.is_some(),
            Channel::Slack => self.slack.is_some(),
        };
        Channel::ALL.into_iter().filter(is_there).collect()
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`DeliveryError`] if the channel is not configured or the message was not accepted.
    pub async fn send(&self, channel: Channel, message: &OutgoingMessage) -> Result<(), DeliveryError> {
        match (channel, &self.mail, &self.slack) {
            (Channel::Mail, Some(mail), _) => mail.send(message).await,
            (Channel::Slack, _, Some(slack)) => slack.send(message).await,
            _ => Err(DeliveryError::not_accepted(format!(
                "{} is not configured",
                channel.word()
            ))),
        }
    }
}
