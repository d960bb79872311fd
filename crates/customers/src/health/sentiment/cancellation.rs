//! Cancellation detection: sentences in which a customer mentions cancelling.

use std::{collections::HashSet, sync::LazyLock};

use crate::health::sentiment::{
    tokenizer::{Sentence, Token, sentences},
    vocabulary::{
        ABLE, ADVERB, ANOTHER, ASK, BARE, CANCEL, CANCELLATION, CANCELLED, CLICK, CONJUNCTION, DETERMINER, ELSEWHERE,
        END, MEAN, MOVE, NO_MORE, NOT, OF_OTHERS, OTHERS, OURS, PASSIVE, PREPOSITION, PRODUCT, PRONOUN, RENEW, SPEAKER,
        WANT, WISH, matches_any,
    },
};

/// Maximum length of a quote in characters; longer sentences are truncated.
const MAX_QUOTE_CHARS: usize = 300;
/// Number of words before a verb in which a negation counts.
const NEGATION_REACH: usize = 8;
/// Number of words after a verb in which its object is searched.
const OBJECT_REACH: usize = 7;

/// Words without which no rule applies; most sentences contain none and are skipped.
static TRIGGERS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lists = [CANCEL, CANCELLED, END, RENEW, WISH, MOVE, CANCELLATION];
    lists.into_iter().flatten().copied().collect()
});

/// Sentences of a message that mention cancelling, as written.
pub fn cancellation_sentences(message: &str) -> Vec<String> {
    let all = sentences(message);
    let is_found = |at: &usize| {
        let sentence = &all[*at];
        let has_trigger = sentence.tokens.iter().any(|token| TRIGGERS.contains(token.word()));
        has_trigger && mentions_cancellation(&sentence.tokens, named_before(&all[..*at]))
    };
    (0..all.len())
        .filter(is_found)
        .map(|at| truncated_quote(&all[at]))
        .collect()
}

/// Last object named in the preceding sentences.
fn named_before(sentences: &[Sentence]) -> VerbObject {
    let nouns = sentences
        .iter()
        .rev()
        .map(|sentence| last_noun(&sentence.tokens, sentence.tokens.len(), VerbObject::None));
    nouns
        .into_iter()
        .find(|noun| *noun != VerbObject::None)
        .unwrap_or(VerbObject::None)
}

fn truncated_quote(sentence: &Sentence) -> String {
    match sentence.text.char_indices().nth(MAX_QUOTE_CHARS) {
        Some((end, _)) => format!("{}…", sentence.text[..end].trim_end()),
        None => sentence.text.clone(),
    }
}

/// Object of a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum VerbObject {
    /// A plan, subscription or account.
    Ours,
    /// Something else.
    Other,
    /// None.
    None,
    /// A pronoun.
    Pronoun,
}

fn noun(word: &str) -> VerbObject {
    if matches_any(word, OTHERS) {
        VerbObject::Other
    } else if matches_any(word, OURS) {
        VerbObject::Ours
    } else {
        VerbObject::None
    }
}

/// Last known noun before a position; `before` if there is none.
fn last_noun(tokens: &[Token], end: usize, before: VerbObject) -> VerbObject {
    let nouns = tokens[..end].iter().map(|token| noun(token.word()));
    nouns.rev().find(|noun| *noun != VerbObject::None).unwrap_or(before)
}

/// Whether a sentence mentions cancelling. `before` is the last object of the preceding sentences.
fn mentions_cancellation(tokens: &[Token], before: VerbObject) -> bool {
    let spoken = without_quotes(tokens);
    (0..spoken.len()).any(|index| {
        let word = spoken[index].word();
        let before = last_noun(&spoken, index, before);
        (matches_any(word, CANCEL) && cancels(&spoken, index, before))
            || (matches_any(word, CANCELLED) && is_cancelled(&spoken, index))
            || (matches_any(word, END) && !is_negated(&spoken, index) && object(&spoken, index) == VerbObject::Ours)
            || (matches_any(word, RENEW) && is_negated(&spoken, index) && object(&spoken, index) != VerbObject::Other)
            || (matches_any(word, WISH) && is_no_longer_wanted(&spoken, index))
            || (matches_any(word, MOVE) && !is_negated(&spoken, index) && moves_elsewhere(&spoken, index))
            || (matches_any(word, CANCELLATION) && asks_for_cancellation(&spoken, index))
    })
}

/// Drops text between quotation marks, such as the name of a button or another person's words. Keeps everything if a
/// mark is unpaired.
fn without_quotes(tokens: &[Token]) -> Vec<Token> {
    let marks = tokens.iter().filter(|token| **token == Token::Quotation).count();
    let mut quoted = false;
    let own = tokens.iter().filter_map(|token| {
        if *token == Token::Quotation {
            quoted = !quoted && marks.is_multiple_of(2);
            return Some(Token::Break);
        }
        (!quoted).then(|| token.clone())
    });
    own.collect()
}

fn cancels(tokens: &[Token], index: usize, before: VerbObject) -> bool {
    if is_negated(tokens, index) || is_a_button(tokens, index) || is_passive(tokens, index) {
        return false;
    }
    match object(tokens, index) {
        VerbObject::Ours => true,
        VerbObject::Other => false,
        VerbObject::Pronoun => before == VerbObject::Ours,
        // Without an object, the verb refers to the last named one; contract verbs refer to the contract.
        VerbObject::None => {
            before == VerbObject::Ours || (before == VerbObject::None && matches_any(tokens[index].word(), BARE))
        }
    }
}

/// Matches `cancelled my plan` and `want my plan cancelled`.
fn is_cancelled(tokens: &[Token], index: usize) -> bool {
    if is_negated(tokens, index) {
        return false;
    }
    if index > 0 && object(tokens, index) == VerbObject::Ours && !matches_any(tokens[index - 1].word(), CLICK) {
        return !is_passive(tokens, index);
    }
    let clause = clause_before(tokens, index);
    let is_wanted = clause.iter().any(|token| matches_any(token.word(), WANT));
    let noun = clause
        .iter()
        .rev()
        .map(|token| noun(token.word()))
        .find(|noun| *noun != VerbObject::None);
    is_wanted && noun == Some(VerbObject::Ours) && !has_been(tokens, index)
}

/// Matches `was cancelled` and `a été résilié`.
fn is_passive(tokens: &[Token], index: usize) -> bool {
    let participle =
        ["annule", "resilie"].contains(&tokens[index].word()) || matches_any(tokens[index].word(), CANCELLED);
    participle
        && tokens[..index]
            .iter()
            .rev()
            .take(2)
            .any(|token| matches_any(token.word(), PASSIVE))
}

/// `has been cancelled` is a report; `to be cancelled` is a wish.
fn has_been(tokens: &[Token], index: usize) -> bool {
    let auxiliaries = ["was", "were", "been", "got", "ete"];
    tokens[..index]
        .iter()
        .rev()
        .take(2)
        .any(|token| auxiliaries.contains(&token.word()))
}

fn is_a_button(tokens: &[Token], index: usize) -> bool {
    let before = index.checked_sub(1).map_or("", |before| tokens[before].word());
    // French “la” and “le” before a verb are pronouns; “the cancel” is a thing.
    matches_any(before, CLICK) && tokens[index].word().starts_with("cancel")
}

/// Object of the verb at a position. Other nouns in the phrase win: a “subscription call” is a call, and an “abonnement
/// newsletter” is a newsletter.
fn object(tokens: &[Token], index: usize) -> VerbObject {
    let after = tokens[index + 1..].iter().take(OBJECT_REACH).map(Token::word);
    let clause: Vec<&str> = after
        .take_while(|word| !word.is_empty() && !matches_any(word, CONJUNCTION))
        .collect();
    let ends = |word: &&&str| matches_any(word, PREPOSITION) || is_adverb(word);
    if let [first, rest @ ..] = clause.as_slice()
        && matches_any(first, PRONOUN)
        && rest.first().is_none_or(|next| ends(&next))
    {
        return VerbObject::Pronoun;
    }
    let phrase = clause
        .iter()
        .skip_while(|word| matches_any(word, DETERMINER) || is_adverb(word));
    let phrase: Vec<&&str> = phrase.take_while(|word| !matches_any(word, PREPOSITION)).collect();
    let names = |object: VerbObject| phrase.iter().any(|word| noun(word) == object);
    let of_others = phrase.iter().any(|word| matches_any(word, OF_OTHERS));
    match (names(VerbObject::Other) || of_others, names(VerbObject::Ours)) {
        (true, _) => VerbObject::Other,
        (false, true) => VerbObject::Ours,
        (false, false) if phrase.iter().all(|word| is_adverb(word)) => VerbObject::None,
        (false, false) => VerbObject::Other,
    }
}

fn is_adverb(word: &str) -> bool {
    let ending = (word.ends_with("ly") || word.ends_with("ement")) && noun(word) == VerbObject::None;
    ending || matches_any(word, ADVERB)
}

/// Words of the clause before a position, at most [`NEGATION_REACH`].
fn clause_before(tokens: &[Token], index: usize) -> &[Token] {
    let start = index.saturating_sub(NEGATION_REACH);
    let clause = &tokens[start..index];
    let parted = |token: &Token| *token == Token::Break || matches_any(token.word(), CONJUNCTION);
    let after = clause.iter().rposition(parted).map_or(0, |at| at + 1);
    &clause[after..]
}

/// Whether the verb at a position is negated: “not cancel”, but neither “cannot cancel” nor “if you do not, I cancel”.
fn is_negated(tokens: &[Token], index: usize) -> bool {
    let clause = clause_before(tokens, index);
    let Some(at) = clause.iter().position(|token| matches_any(token.word(), NOT)) else {
        return is_negated_after(tokens, index);
    };
    let between = &clause[at + 1..];
    let is_about_ability = between.iter().any(|token| matches_any(token.word(), ABLE))
        || at
            .checked_sub(1)
            .is_some_and(|before| matches_any(clause[before].word(), ABLE))
        || clause[..at]
            .iter()
            .any(|token| ["why", "pourquoi"].contains(&token.word()));
    let is_about_meaning = between.iter().any(|token| matches_any(token.word(), MEAN));
    let is_of_another = between.iter().any(|token| matches_any(token.word(), SPEAKER));
    !is_about_ability && (is_about_meaning || !is_of_another)
}

/// Matches `n'annulez pas` and `annulez pas`.
fn is_negated_after(tokens: &[Token], index: usize) -> bool {
    let next = tokens.get(index + 1).map_or("", Token::word);
    ["pas", "jamais"].contains(&next)
}

/// Matches “no longer need the subscription” and “ne veux plus de cet abonnement”.
fn is_no_longer_wanted(tokens: &[Token], index: usize) -> bool {
    let clause = clause_before(tokens, index);
    let after = &tokens[index + 1..tokens.len().min(index + 1 + OBJECT_REACH)];
    let denied = clause.iter().any(|token| matches_any(token.word(), NOT));
    let no_more = clause
        .iter()
        .rev()
        .take(3)
        .chain(after)
        .any(|token| matches_any(token.word(), NO_MORE));
    let ours = after
        .iter()
        .map(|token| noun(token.word()))
        .find(|noun| *noun != VerbObject::None);
    denied && no_more && ours == Some(VerbObject::Ours)
}

/// Matches “switch to a competitor” and “to another tool”, but not “to another plan”.
fn moves_elsewhere(tokens: &[Token], index: usize) -> bool {
    let after = &tokens[index + 1..tokens.len().min(index + 1 + OBJECT_REACH)];
    let clause: Vec<&str> = after
        .iter()
        .map(Token::word)
        .take_while(|word| !word.is_empty())
        .collect();
    let towards = clause
        .iter()
        .position(|word| ["to", "with", "a", "vers", "chez", "de", "d", "un", "une", "over"].contains(word));
    let Some(towards) = towards.filter(|towards| *towards < 2) else {
        return false;
    };
    let there = &clause[towards..];
    let another = there.iter().position(|word| matches_any(word, ANOTHER));
    there.iter().any(|word| matches_any(word, ELSEWHERE))
        || another.is_some_and(|at| there[at..].iter().take(3).any(|word| matches_any(word, PRODUCT)))
}

/// Matches “cancellation of my plan”, “I request cancellation” and “cancellation request”, but not “cancellation
/// policy”.
fn asks_for_cancellation(tokens: &[Token], index: usize) -> bool {
    let is_undone = clause_before(tokens, index)
        .iter()
        .any(|token| matches_any(token.word(), CANCEL));
    if is_undone || is_negated(tokens, index) {
        return false;
    }
    let after: Vec<&str> = tokens[index + 1..].iter().take(OBJECT_REACH).map(Token::word).collect();
    let is_request = clause_before(tokens, index)
        .iter()
        .any(|token| matches_any(token.word(), ASK));
    let what = after
        .iter()
        .take_while(|word| !word.is_empty())
        .map(|word| noun(word))
        .find(|noun| *noun != VerbObject::None);
    match after.first() {
        Some(&("of" | "de" | "du" | "d")) => {
            let of_others = after.iter().any(|word| matches_any(word, OF_OTHERS));
            what == Some(VerbObject::Ours) && !of_others && (is_request || opens(tokens, index) || is_owned(&after))
        }
        Some(&"request") => {
            opens(tokens, index)
                || clause_before(tokens, index)
                    .iter()
                    .any(|token| ["my", "our"].contains(&token.word()))
        }
        _ => is_request && what.is_none_or(|what| what == VerbObject::Ours),
    }
}

fn is_owned(after: &[&str]) -> bool {
    let owned = ["my", "our", "mon", "notre", "nos", "mes"];
    after.iter().take(3).any(|word| owned.contains(word))
}

/// Whether the word opens the sentence, apart from articles.
fn opens(tokens: &[Token], index: usize) -> bool {
    tokens[..index]
        .iter()
        .all(|token| matches_any(token.word(), DETERMINER) || *token == Token::Break)
}
