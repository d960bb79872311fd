//! Tone of messages.

use rust_decimal::Decimal;

use crate::health::sentiment::{
    lexicon::Lexicon,
    tokenizer::{Sentence, Token, sentences},
    vocabulary::matches_any,
};

/// Negations of the following words.
const NEGATIONS: &[&str] = &[
    "not", "never", "no", "nothing", "hardly", "neither", "nor", "without", "pas", "jamais", "aucun", "aucune", "sans",
    "ni", "rien", "ne", "n", "lacks", "isnt", "wasnt",
];
/// Number of words that a negation affects.
const NEGATION_REACH: usize = 3;

/// Total strengths of the positive and negative words of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToneStrengths {
    good: i64,
    bad: i64,
}

impl ToneStrengths {
    /// Strengths of one message.
    pub fn of(message: &str) -> Self {
        let strengths = sentences(message).into_iter().map(|sentence| strengths(&sentence));
        strengths.fold(Self::default(), Self::plus)
    }

    /// Strengths of two texts together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            good: self.good + other.good,
            bad: self.bad + other.bad,
        }
    }

    /// Tone from 0 (bad) to 100 (good); `None` without any word that has a tone: a plain question is neither positive
    /// nor negative.
    ///
    /// The strengths of positive and negative words are *g* and *b*. The tone is 100 × (g + 1) / (g + b + 2): one
    /// positive word does not make 100, and many words weigh more than few (rule of succession,
    /// <https://en.wikipedia.org/wiki/Rule_of_succession>).
    pub fn tone(self) -> Option<Decimal> {
        let Self { good, bad } = self;
        if good + bad == 0 {
            return None;
        }
        let worth = Decimal::from(100 * (good + 1)) / Decimal::from(good + bad + 2);
        Some(worth.round_dp(1))
    }
}

/// Strengths of the positive and negative words of a sentence.
fn strengths(sentence: &Sentence) -> ToneStrengths {
    let lexicon = Lexicon::get();
    let words: Vec<&str> = sentence.tokens.iter().map(Token::word).collect();
    let mut all = ToneStrengths::default();
    let mut index = 0;
    while index < words.len() {
        let Some((taken, strength)) = lexicon.opening(&words[index..]) else {
            index += 1;
            continue;
        };
        match negated_strength(i64::from(strength), taken == 1 && is_negated(&words, index)) {
            strength @ 0.. => all.good += strength,
            strength => all.bad -= strength,
        }
        index += taken;
    }
    all
}

/// A negated word counts for the opposite, but weakly: “not bad” is not “great”.
fn negated_strength(strength: i64, is_denied: bool) -> i64 {
    match (is_denied, strength > 0) {
        (false, _) => strength,
        (true, true) => -strength.min(2),
        (true, false) => 1,
    }
}

fn is_negated(words: &[&str], index: usize) -> bool {
    let before = &words[index.saturating_sub(NEGATION_REACH)..index];
    let clause = before
        .iter()
        .rposition(|word| word.is_empty() || ["but", "mais"].contains(word));
    before[clause.map_or(0, |at| at + 1)..]
        .iter()
        .any(|word| matches_any(word, NEGATIONS))
}
