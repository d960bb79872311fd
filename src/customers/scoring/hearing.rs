//! Message analysis: tone and mentions of cancellation in each message of a customer.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    customers::{
        health::CancelMention,
        sentiment::{Strengths, sentences_about_leaving},
        sources::event::{Detail, Event, Message, Speaker},
    },
    spelling::fold,
};

/// UUID namespace of mention ids.
const SENTENCES: Uuid = Uuid::from_u128(0x2f0c_9a44_71d3_4b0e_8f3a_5c1e_9d27_60aa);

/// An analysed message.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Time of the message, otherwise of the event.
    pub at: Timestamp,
    /// Strengths of its tone.
    pub strengths: Strengths,
    /// Mentions of cancellation.
    pub about_leaving: Vec<CancelMention>,
}

/// Analysed messages of the customer in each event, in event order.
pub fn heard_in(events: &[Event]) -> Vec<Vec<Heard>> {
    events.iter().map(heard).collect()
}

fn heard(event: &Event) -> Vec<Heard> {
    let messages: &[Message] = match &event.detail {
        Detail::Conversation(conversation) => &conversation.messages,
        Detail::Meeting(meeting) => &meeting.transcript,
        _ => &[],
    };
    let own = messages.iter().filter(|message| message.speaker == Speaker::Customer);
    let heard = own.filter_map(|message| {
        let at = message.at.or(event.at)?;
        let quotes = sentences_about_leaving(&message.text).into_iter();
        Some(Heard {
            at,
            strengths: Strengths::of(&message.text),
            about_leaving: quotes.map(|quote| mention(event, quote, at)).collect(),
        })
    });
    heard.collect()
}

/// The id depends on event and words only, so that repeated syncs give the same mention.
fn mention(event: &Event, quote: String, at: Timestamp) -> CancelMention {
    let name = format!(
        "{}\n{}\n{}\n{}",
        event.source,
        event.detail.kind(),
        event.id,
        fold(&quote)
    );
    CancelMention {
        id: Uuid::new_v5(&SENTENCES, name.as_bytes()).simple().to_string(),
        quote,
        at,
        source: event.source.clone(),
        event: event.id.clone(),
    }
}
