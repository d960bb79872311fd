//! The tab `alert_history`: what people were told and what they were not. Each board reads and writes its own lines.

use crate::store::{Column, History, Ids, Kind, Tab};

/// One line for each reason and channel; the newest line is the last one. A line is written when its reason is met, and
/// its outcome changes with what becomes of it.
pub static ALERT_HISTORY: Tab = Tab {
    title: "alert_history",
    columns: &[
        Column::new("id", Kind::Text),
        Column::new("at", Kind::DateTime),
        Column::new("board", Kind::Text),
        Column::new("kind", Kind::Text),
        Column::new("subject", Kind::Text),
        Column::new("recipient", Kind::Text),
        Column::new("channel", Kind::Text),
        Column::new("outcome", Kind::Text),
        Column::new("reason", Kind::Text),
    ],
    ids: Ids::Given,
    history: History::NotKept,
    updated_at: None,
};

/// Place of the column `at`. When the line was written.
pub const AT: usize = 1;
/// Place of the column `board`. Whose board it is about.
pub const BOARD: usize = 2;
/// Place of the column `kind`. Why, in one word.
pub const KIND: usize = 3;
/// Place of the column `subject`. Whom it is about.
pub const SUBJECT: usize = 4;
/// Place of the column `recipient`. Where it went.
pub const RECIPIENT: usize = 5;
/// Place of the column `channel`. Mail or Slack.
pub const CHANNEL: usize = 6;
/// Place of the column `outcome`. What became of it.
pub const OUTCOME: usize = 7;
/// Place of the column `reason`. What tells it from others.
pub const REASON: usize = 8;

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is not certain yet: it is sent when it still holds at the next look.
    Pending,
    /// It still held at the next look; a later line says what became of it.
    Held,
    /// An instance means to send it and looks whether another one does too.
    Claimed,
    /// It is on its way. A line that stays so tells of a program that was ended at that very moment.
    Sending,
    /// The other side took it.
    Sent,
    /// The other side did not take it; it is tried again.
    Failed(String),
    /// The other side may have taken it; it is not tried again.
    Unknown(String),
    /// Another instance sends it.
    Left,
    /// It was not to be sent.
    Suppressed(String),
    /// Words of staff. It is not sent again.
    Other(String),
}

impl Outcome {
    /// Reads the words of a cell.
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

    /// The words in the column `outcome`.
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

    /// Whether the reason counts as told: perhaps told is told, so that nobody hears it twice.
    pub fn is_told(&self) -> bool {
        matches!(self, Self::Sending | Self::Sent | Self::Unknown(_) | Self::Other(_))
    }
}
