//! Tokenizer: splits a message into sentences and words.

use std::borrow::Cow;

use customer_sources::lenient_json::without_markup;
use domain::normalize::{collapse_spaces, normalize};
use unicode_segmentation::UnicodeSegmentation;

/// A sentence with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence as written, on one line.
    pub text: String,
    /// Words in order.
    pub tokens: Vec<Token>,
}

/// A token of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A word in lower case without accents. An apostrophe separates words, and `don't` becomes `do not`.
    Word(String),
    /// A sign that separates clauses, such as a comma.
    Break,
    /// A double quotation mark, opening or closing.
    Quotation,
}

impl Token {
    /// The word; empty for other tokens.
    pub fn word(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::Break | Self::Quotation => "",
        }
    }
}

/// Sentences of a message by UAX #29 (<https://www.unicode.org/reports/tr29/>), without markup, quoted lines and the
/// email that is answered.
pub fn sentences(message: &str) -> Vec<Sentence> {
    // Removing markup would join the lines of plain text, and `<ann@x.com>` is no markup.
    let has_markup = message.contains("</") || message.contains("<br") || message.contains("<p>");
    let plain = if has_markup {
        Cow::Owned(without_markup(message))
    } else {
        Cow::Borrowed(message)
    };
    let own = join_wrapped_lines(&own_lines(&plain));
    let parts = own.split('\n').flat_map(|line| line.unicode_sentences());
    let sentences = parts.map(|part| Sentence {
        text: collapse_spaces(part),
        tokens: tokens(part),
    });
    sentences.filter(|sentence| !sentence.tokens.is_empty()).collect()
}

/// Lines that the author wrote: without lines that begin with `>`, and without everything from the introduction of an
/// earlier email or the signature on.
fn own_lines(message: &str) -> Vec<&str> {
    let lines = message.lines().map(str::trim);
    let own = lines.take_while(|line| !ends_own_text(line));
    own.filter(|line| !line.starts_with('>')).collect()
}

fn ends_own_text(line: &str) -> bool {
    let folded = normalize(line);
    let line = folded.trim_end();
    let attribution = |opening: &str, closing: &str| {
        line.starts_with(opening) && line.trim_end_matches([' ', ':']).ends_with(closing) && line.ends_with(':')
    };
    line == "--"
        || attribution("on ", "wrote")
        || attribution("le ", "a ecrit")
        || (line.starts_with("---") && (line.contains("original") || line.contains("origine")))
        || (line.starts_with("---") && (line.contains("forward") || line.contains("transfere")))
        || line.starts_with("sent from my ")
        || line.starts_with("envoye de mon ")
}

/// Joins lines that continue in lower case: email programs break lines anywhere.
fn join_wrapped_lines(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        let goes_on = line.chars().next().is_some_and(char::is_lowercase);
        if !text.is_empty() {
            text.push(if goes_on && !text.ends_with('\n') { ' ' } else { '\n' });
        }
        text.push_str(line);
    }
    text
}

fn tokens(sentence: &str) -> Vec<Token> {
    let folded = normalize(sentence);
    let mut tokens = Vec::new();
    for piece in folded.split_word_bounds() {
        if piece.chars().any(char::is_alphanumeric) {
            push_words(&mut tokens, piece);
        } else if piece.contains(['"', '«', '»', '“', '”']) {
            tokens.push(Token::Quotation);
        } else if piece.contains([',', ';', ':', '(', ')', '[', ']', '!', '?', '.', '…']) {
            tokens.push(Token::Break);
        }
    }
    while tokens.last() == Some(&Token::Break) {
        tokens.pop();
    }
    tokens
}

/// Splits contractions: `don't` becomes `do not`, `l'abonnement` becomes `l abonnement`.
fn push_words(tokens: &mut Vec<Token>, piece: &str) {
    let contracted = match piece {
        "dont" => Some("do"),
        "cant" | "can't" | "cannot" => Some("can"),
        "won't" | "wont" => Some("will"),
        "didnt" => Some("did"),
        "doesnt" => Some("does"),
        _ => piece.strip_suffix("n't"),
    };
    if let Some(verb) = contracted {
        tokens.push(Token::Word(verb.to_owned()));
        tokens.push(Token::Word("not".to_owned()));
        return;
    }
    let words = piece.split('\'').filter(|word| !word.is_empty());
    tokens.extend(words.map(|word| Token::Word(word.to_owned())));
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn texts(message: &str) -> Vec<String> {
        sentences(message).into_iter().map(|sentence| sentence.text).collect()
    }

    pub(crate) fn words(sentence: &str) -> String {
        let tokens = tokens(sentence);
        let words: Vec<&str> = tokens
            .iter()
            .map(|token| match token {
                Token::Word(word) => word,
                Token::Break => "|",
                Token::Quotation => "“",
            })
            .collect();
        words.join(" ")
    }

    #[test]
    fn a_message_falls_into_sentences() {
        for (message, sentences) in [
            ("", vec![]),
            (" … \n--- ", vec![]),
            ("Hello! How are you?", vec!["Hello!", "How are you?"]),
            ("First line\nSecond line", vec!["First line", "Second line"]),
            ("I want to cancel\nmy plan.", vec!["I want to cancel my plan."]),
            ("Version 2.5 is fine. Thanks", vec!["Version 2.5 is fine.", "Thanks"]),
            ("Où est-il ? Là.", vec!["Où est-il ?", "Là."]),
            ("<p>One</p><p>Two &amp; three</p>", vec!["One", "Two & three"]),
        ] {
            assert_eq!(texts(message), sentences, "{message:?}");
        }
    }

    #[test]
    fn what_others_wrote_is_left_out() {
        for message in [
            "Thanks\n> please cancel",
            "Thanks\n\nOn Mon, 3 Nov 2025 at 10:00, Ann <ann@x.com> wrote:\nplease cancel",
            "Thanks\n\nLe lun. 3 nov. 2025 à 10:00, Ann <ann@x.com> a écrit :\nplease cancel",
            "Thanks\n-----Original Message-----\nplease cancel",
            "Thanks\n--\nplease cancel",
            "Thanks\n---------- Forwarded message ---------\nplease cancel",
        ] {
            assert_eq!(texts(message), ["Thanks"], "{message:?}");
        }
        assert_eq!(texts("On Monday I wrote: cancel it").len(), 1);
    }

    #[test]
    fn contractions_are_two_words_and_commas_part() {
        for (sentence, tokens) in [
            ("I don’t, really.", "i do not | really"),
            ("We can't / cannot / cant", "we can not can not can not"),
            ("J'annule l’abonnement", "j annule l abonnement"),
            ("RÉSILIER !", "resilier"),
            ("Wait: “what”?", "wait | “ what “"),
        ] {
            assert_eq!(words(sentence), tokens);
        }
    }
}
