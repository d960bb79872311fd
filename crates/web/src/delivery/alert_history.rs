//! Tab `alert_history`: messages that were sent, and those that were not. Each board reads and writes its own rows.

use sheets_store::{ChangeHistory, Column, ColumnKind, IdSource, Tab};

/// One row per reason and channel, appended in order of time. A row is written when its reason occurs; its outcome is
/// updated afterwards.
pub static ALERT_HISTORY: Tab = Tab {
    title: "alert_history",
    columns: &[
        Column::new("id", ColumnKind::Text),
        Column::new("at", ColumnKind::DateTime),
        Column::new("board", ColumnKind::Text),
        Column::new("kind", ColumnKind::Text),
        Column::new("subject", ColumnKind::Text),
        Column::new("recipient", ColumnKind::Text),
        Column::new("channel", ColumnKind::Text),
        Column::new("outcome", ColumnKind::Text),
        Column::new("reason", ColumnKind::Text),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::NotKept,
    updated_at: None,
};

/// Column index of `at`: time of the row.
pub const AT: usize = 1;
/// Column index of `board`: name of the board.
pub const BOARD: usize = 2;
/// Column index of `kind`: reason in one word.
pub const KIND: usize = 3;
/// Column index of `subject`: customer, deal or person that the message is about.
pub const SUBJECT: usize = 4;
/// Column index of `recipient`: address or channel.
pub const RECIPIENT: usize = 5;
/// Column index of `channel`: mail or Slack.
pub const CHANNEL: usize = 6;
/// Column index of `outcome`: see [`DeliveryOutcome`].
pub const OUTCOME: usize = 7;
/// Column index of `reason`: key that distinguishes messages of one kind.
pub const REASON: usize = 8;

/// Outcome of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// Unconfirmed: it is sent if the reason still holds at the next check.
    Pending,
    /// The reason still held at the next check; a later row has the outcome.
    Held,
    /// Claimed by an instance that checks for claims of others.
    Claimed,
    /// In progress. A row that stays so belongs to a program that was stopped while it sent.
    Sending,
    /// Accepted by the mail server or Slack.
    Sent,
    /// Rejected; it is tried again. Contains the reason.
    Failed(String),
    /// Possibly delivered; it is not tried again. Contains the reason.
    Unknown(String),
    /// Left to another instance, which sends it.
    Left,
    /// Suppressed on purpose. Contains the reason.
    Suppressed(String),
    /// Text of staff; it is not sent again.
    Other(String),
}

impl DeliveryOutcome {
    /// Parses the text of a cell.
    pub fn parse(text: String) -> Self {
        match text.as_str() {
            "waits for a second look" => Self::Pending,
            "held at the second look" => Self::Held,
            "claimed" => Self::Claimed,
            "sending" => Self::Sending,
            "sent" => Self::Sent,
            "left to another instance" => Self::Left,
            _ => match text.split_once(": ") {
                Some(("failed", why)) => Self::Failed(why.to_owned()),
                Some(("perhaps sent", why)) => Self::Unknown(why.to_owned()),
                Some(("suppressed", why)) => Self::Suppressed(why.to_owned()),
                _ => Self::Other(text),
            },
        }
    }

    /// Text for the column `outcome`.
    pub fn words(&self) -> String {
        match self {
            Self::Pending => "waits for a second look".to_owned(),
            Self::Held => "held at the second look".to_owned(),
            Self::Claimed => "claimed".to_owned(),
            Self::Sending => "sending".to_owned(),
            Self::Sent => "sent".to_owned(),
            Self::Left => "left to another instance".to_owned(),
            Self::Failed(why) => format!("failed: {why}"),
            Self::Unknown(why) => format!("perhaps sent: {why}"),
            Self::Suppressed(why) => format!("suppressed: {why}"),
            Self::Other(words) => words.clone(),
        }
    }

    /// Whether the message counts as sent. A message that was possibly delivered counts, so that it never arrives
    /// twice.
    pub fn counts_as_sent(&self) -> bool {
        matches!(self, Self::Sending | Self::Sent | Self::Unknown(_) | Self::Other(_))
    }
}
