//! Message analysis: tone and mentions of cancellation in each message of a customer.

use customer_sources::event::{CustomerEvent, EventDetail, Message, Speaker};
use domain::normalize::normalize;
use jiff::Timestamp;
use uuid::Uuid;

use crate::health::{
    rules::CancelMention,
    sentiment::{ToneStrengths, cancellation_sentences},
};

/// UUID namespace of mention ids.
const MENTION_NAMESPACE: Uuid = Uuid::from_u128(0x2f0c_9a44_71d3_4b0e_8f3a_5c1e_9d27_60aa);

/// An analysed message.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalyzedMessage {
    /// Time of the message, otherwise of the event.
    pub at: Timestamp,
    /// Strengths of its tone.
    pub strengths: ToneStrengths,
    /// Mentions of cancellation.
    pub mentions: Vec<CancelMention>,
}

/// Analysed messages of the customer in each event, in event order.
pub fn analyze_messages(events: &[CustomerEvent]) -> Vec<Vec<AnalyzedMessage>> {
    events.iter().map(analyze_event).collect()
}

fn analyze_event(event: &CustomerEvent) -> Vec<AnalyzedMessage> {
    let messages: &[Message] = match &event.detail {
        EventDetail::Conversation(conversation) => &conversation.messages,
        EventDetail::Meeting(meeting) => &meeting.transcript,
        _ => &[],
    };
    let own = messages.iter().filter(|message| message.speaker == Speaker::Customer);
    let messages = own.filter_map(|message| {
        let at = message.at.or(event.at)?;
        let quotes = cancellation_sentences(&message.text).into_iter();
        Some(AnalyzedMessage {
            at,
            strengths: ToneStrengths::of(&message.text),
            mentions: quotes.map(|quote| cancel_mention(event, quote, at)).collect(),
        })
    });
    messages.collect()
}

/// The id depends on event and words only, so that repeated syncs give the same mention.
fn cancel_mention(event: &CustomerEvent, quote: String, at: Timestamp) -> CancelMention {
    let name = format!(
        "{}\n{}\n{}\n{}",
        event.source,
        event.detail.kind(),
        event.id,
        normalize(&quote)
    );
    CancelMention {
        id: Uuid::new_v5(&MENTION_NAMESPACE, name.as_bytes()).simple().to_string(),
        quote,
        at,
        source: event.source.clone(),
        event: event.id.clone(),
    }
}
