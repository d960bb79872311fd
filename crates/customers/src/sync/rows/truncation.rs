//! Truncation of events that exceed the size of a cell.
//!
//! Priority of what is kept: everything but messages; messages that may be evidence of an intent to cancel; messages of
//! the customer; the newest messages. A note takes the place of dropped messages.

use customer_sources::event::{CustomerEvent, EventDetail, Message, Speaker};

/// Word stems, English and French, that mark evidence for the health score. Messages with one are dropped last.
const EVIDENCE: &[&str] = &[
    "cancel",
    "churn",
    "unsubscrib",
    "refund",
    "downgrad",
    "switch",
    "competitor",
    "too expensive",
    "disappoint",
    "frustrat",
    "résili",
    "resili",
    "annul",
    "rembours",
    "arrêter",
    "quitter",
    "concurren",
    "trop cher",
    "déçu",
];

/// Messages of staff and bots are truncated to this number of characters before anything of the customer is.
const STAFF_MESSAGE_CHARS: usize = 280;

/// The event as JSON of at most `longest` UTF-16 units.
pub fn truncated_json(event: &CustomerEvent, longest: usize) -> String {
    let json = json(event);
    if fits(&json, longest) {
        return json;
    }
    let mut event = event.clone();
    for shorten in [
        truncate_summaries,
        truncate_staff_messages,
        drop_oldest_without_evidence,
        drop_oldest,
    ] {
        while shorten(&mut event) {
            let json = self::json(&event);
            if fits(&json, longest) {
                return json;
            }
        }
    }
    // Without messages an event is short.
    if let EventDetail::Subscription(subscription) = &mut event.detail {
        subscription.items.truncate(20);
    }
    self::json(&event)
}

fn json(event: &CustomerEvent) -> String {
    serde_json::to_string(event).unwrap_or_default()
}

fn fits(json: &str, longest: usize) -> bool {
    json.len() <= longest || json.encode_utf16().count() <= longest
}

/// Whether a text contains a word that may be evidence.
fn may_be_evidence(text: &str) -> bool {
    let text = text.to_lowercase();
    EVIDENCE.iter().any(|word| text.contains(word))
}

fn messages(event: &mut CustomerEvent) -> Option<&mut Vec<Message>> {
    match &mut event.detail {
        EventDetail::Conversation(conversation) => Some(&mut conversation.messages),
        EventDetail::Meeting(meeting) => Some(&mut meeting.transcript),
        _ => None,
    }
}

fn truncate_summaries(event: &mut CustomerEvent) -> bool {
    const LONGEST_SUMMARY: usize = 8_000;
    let EventDetail::Meeting(meeting) = &mut event.detail else {
        return false;
    };
    meeting
        .summary
        .as_mut()
        .is_some_and(|summary| truncate(summary, LONGEST_SUMMARY))
}

/// Truncates all messages of staff and bots.
fn truncate_staff_messages(event: &mut CustomerEvent) -> bool {
    let Some(messages) = messages(event) else { return false };
    let own = messages
        .iter_mut()
        .filter(|message| matches!(message.speaker, Speaker::Staff | Speaker::Bot) && !may_be_evidence(&message.text));
    let mut shortened = false;
    for message in own {
        shortened |= truncate(&mut message.text, STAFF_MESSAGE_CHARS);
    }
    shortened
}

/// Drops a tenth of the messages: the oldest without evidence.
fn drop_oldest_without_evidence(event: &mut CustomerEvent) -> bool {
    drop_messages(event, |message| !may_be_evidence(&message.text))
}

/// Drops a tenth of the messages, oldest first; halves the last remaining one.
fn drop_oldest(event: &mut CustomerEvent) -> bool {
    if drop_messages(event, |_| true) {
        return true;
    }
    let longest = messages(event).and_then(|messages| messages.iter_mut().max_by_key(|message| message.text.len()));
    longest.is_some_and(|message| {
        let half = message.text.chars().count() / 2;
        half > STAFF_MESSAGE_CHARS && truncate(&mut message.text, half)
    })
}

const NOTE: &str = "(Messages were left out here: a cell takes 50,000 characters.)";

fn drop_messages(event: &mut CustomerEvent, may_go: impl Fn(&Message) -> bool) -> bool {
    let Some(messages) = messages(event) else { return false };
    let is_note = |message: &Message| message.text == NOTE;
    let going = messages
        .iter()
        .filter(|message| may_go(message) && !is_note(message))
        .count();
    let mut left = going.div_ceil(10);
    if left == 0 || messages.len() <= 2 {
        return false;
    }
    let at = messages.first().and_then(|message| message.at);
    messages.retain(|message| {
        let goes = left > 0 && may_go(message) && !is_note(message);
        left -= usize::from(goes);
        !goes && !is_note(message)
    });
    let note = Message {
        speaker: Speaker::Unknown,
        at,
        text: NOTE.to_owned(),
    };
    messages.insert(0, note);
    true
}

/// Truncates `text` to this number of characters; true if it was longer.
fn truncate(text: &mut String, characters: usize) -> bool {
    let mut ends = text
        .char_indices()
        .skip(characters.saturating_sub(1))
        .map(|(end, _)| end);
    let (Some(end), Some(_)) = (ends.next(), ends.next()) else {
        return false;
    };
    text.truncate(end);
    text.push('…');
    true
}
