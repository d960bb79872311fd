//! Log on standard error, as text or as JSON, one line for each event.
//!
//! Events quote what others wrote: error messages of vendors, Slack, mail servers and Google, names of files. Here, and
//! not where an event is made, every character that could end a line, move the cursor of a terminal or turn the
//! direction of the text is escaped, so that nobody can forge a line.

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
    io::IsTerminal as _,
};

use tracing::{Event, Subscriber};
use tracing_subscriber::{
    EnvFilter,
    field::RecordFields,
    fmt::{
        FmtContext, MakeWriter,
        format::{DefaultFields, FormatEvent, FormatFields, Writer},
    },
    registry::LookupSpan,
};

use crate::config::Environment;

/// Starts the log of the process: text in development, JSON in production.
pub(crate) fn start(environment: Environment, filter: &str) {
    let filter = EnvFilter::new(filter);
    match environment {
        Environment::Development => {
            let colours = Colours::of_terminal();
            set_global(text_lines(filter, colours, std::io::stderr));
        }
        Environment::Production => set_global(json_lines(filter, std::io::stderr)),
    }
}

fn set_global(subscriber: impl Subscriber + Send + Sync + 'static) {
    use tracing_subscriber::util::SubscriberInitExt as _;
    subscriber.init();
}

/// Says why the program cannot start or go on, in the form of the log, whatever the filter leaves out.
pub(crate) fn report_failure(environment: Environment, sentence: &str) {
    match environment {
        Environment::Development => eprintln!("{}", one_line(sentence)),
        Environment::Production => {
            let lines = json_lines(EnvFilter::new("error"), std::io::stderr);
            tracing::subscriber::with_default(lines, || tracing::error!("{sentence}"));
        }
    }
}

/// `text` on one line, with characters that control a terminal or the direction of text escaped as in Rust.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    escape(text, |character, escaped| {
        escaped.extend(character.escape_default());
    })
}

fn escape(text: &str, write: fn(char, &mut String)) -> Cow<'_, str> {
    if !text.contains(is_controlling) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match is_controlling(character) {
            true => write(character, &mut escaped),
            false => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

/// Whether a character ends a line, controls a terminal, or turns the direction of text
/// (<https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>).
fn is_controlling(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        )
}

/// Whether levels and times are coloured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Colours {
    Shown,
    Hidden,
}

impl Colours {
    fn of_terminal() -> Self {
        match std::io::stderr().is_terminal() {
            true => Self::Shown,
            false => Self::Hidden,
        }
    }
}

fn text_lines<W>(filter: EnvFilter, colours: Colours, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours == Colours::Shown)
        .with_writer(writer)
        .compact()
        .with_target(false)
        .fmt_fields(OneLineFields)
        .finish()
}

fn json_lines<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .json()
        .flatten_event(true)
        .map_event_format(OneLineJson)
        .finish()
}

/// Fields of an event as text, escaped. The colours of the line are written elsewhere, and stay.
struct OneLineFields;

impl<'writer> FormatFields<'writer> for OneLineFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut text = String::new();
        DefaultFields::new().format_fields(Writer::new(&mut text), fields)?;
        writer.write_str(&one_line(&text))
    }
}

/// An event as JSON. Its serializer escapes the characters below U+0020 alone; the others are escaped here, which
/// leaves the values as they are.
struct OneLineJson<E>(E);

impl<S, N, E> FormatEvent<S, N> for OneLineJson<E>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    E: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        let line = escape(line.trim_end_matches('\n'), |character, escaped| {
            // All of them are in the Basic Multilingual Plane. Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        });
        writeln!(writer, "{line}")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use customer_sources::SourceError;
    use serde_json::Value;

    use super::*;

    /// Writer that keeps what is logged.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("lock").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Kept {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("lock").clone()).expect("UTF-8")
        }
    }

    /// Texts that forge a line, paint over one, or turn one around, in one way each.
    fn hostile_texts() -> Vec<String> {
        let controlling = (0..=0x10_FFFF).filter_map(char::from_u32).filter(|character| {
            character.is_control()
                || ('\u{2028}'..='\u{202E}').contains(character)
                || ('\u{2066}'..='\u{2069}').contains(character)
        });
        let texts = controlling.map(|character| format!("denied{character}2026-12-01T00:00:00Z ERROR forged"));
        texts
            .chain([
                "denied\r\n2026-12-01T00:00:00Z ERROR forged".to_owned(),
                "denied\u{1b}[2J\u{1b}[1;31mERROR forged\u{1b}]0;title\u{7}".to_owned(),
                "denied\u{9b}2J\u{85}next\u{2028}next\u{2029}next\u{202e}desrever\u{2066}x\u{2069}\u{200f}".to_owned(),
                r#"denied","level":"ERROR","message":"forged"#.to_owned(),
            ])
            .collect()
    }

    /// Logs a vendor's refusal with its words in the message and in a field.
    fn log_refusal(words: &str) {
        let refusal = SourceError::KeyRefused {
            vendor: "Stripe",
            message: words.to_owned(),
        };
        tracing::warn!(words, error = %refusal, debug = ?words, "{refusal} Trying again");
    }

    fn assert_one_line(logged: &str, words: &str) {
        assert_eq!(logged.matches('\n').count(), 1, "{words:?}: {logged:?}");
        let line = logged.strip_suffix('\n').expect("the end of the line");
        assert!(!line.contains(is_controlling), "{words:?}: {line:?}");
        assert!(line.contains("Stripe refuses the key"), "{line}");
    }

    #[test]
    fn words_of_a_vendor_are_one_line_of_text_whatever_they_hold() {
        for words in hostile_texts() {
            let kept = Kept::default();
            let writer = kept.clone();
            let lines = text_lines(EnvFilter::new("info"), Colours::Hidden, move || writer.clone());
            tracing::subscriber::with_default(lines, || log_refusal(&words));
            assert_one_line(&kept.text(), &words);
        }
    }

    #[test]
    fn words_of_a_vendor_are_one_line_of_json_that_still_says_them() {
        for words in hostile_texts() {
            let kept = Kept::default();
            let writer = kept.clone();
            let lines = json_lines(EnvFilter::new("info"), move || writer.clone());
            tracing::subscriber::with_default(lines, || log_refusal(&words));
            assert_one_line(&kept.text(), &words);
            let event: Value = serde_json::from_str(&kept.text()).expect("JSON");
            assert_eq!(
                (&event["level"], event["words"].as_str()),
                (&Value::from("WARN"), Some(words.as_str()))
            );
        }
    }

    #[test]
    fn colours_of_a_terminal_stay_while_those_of_the_words_are_escaped() {
        let kept = Kept::default();
        let writer = kept.clone();
        let lines = text_lines(EnvFilter::new("info"), Colours::Shown, move || writer.clone());
        tracing::subscriber::with_default(lines, || log_refusal("\u{1b}[31mred"));
        let line = kept.text();
        assert!(
            line.contains("\u{1b}[33m WARN") && !line.contains("\u{1b}[31m"),
            "{line:?}"
        );
    }

    #[test]
    fn what_holds_nothing_that_controls_is_left_as_it_is() {
        for text in ["", "Stripe refuses the key: “Zoë’s key”.", "名前 – é 👩‍💻", r"a \n b"] {
            assert_eq!(one_line(text), text);
        }
        assert_eq!(one_line("a\nb\t\u{202e}c\u{1b}"), r"a\nb\t\u{202e}c\u{1b}");
    }
}
