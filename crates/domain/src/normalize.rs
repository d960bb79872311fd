//! Text normalization: texts that look the same to a person compare equal.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

/// Normalizes a text for comparison: ignores differences in Unicode compatibility forms (NFKC), case, accents,
/// invisible characters, trade-mark signs, kinds of apostrophe and dash, and runs of spaces.
///
/// The result is for comparison only, not for display. The function is idempotent.
pub fn normalize(text: &str) -> String {
    if let Some(normalized) = normalize_western(text) {
        return normalized;
    }
    let mut normalized = normalize_once(text);
    // A removed mark can make two characters adjacent that compose; a second or third pass makes the result stable.
    for _ in 0..4 {
        let again = normalize_once(&normalized);
        if again == normalized {
            break;
        }
        normalized = again;
    }
    normalized
}

/// Normalizes text of the letters that French and English use, which covers nearly all texts; a table of them is ten
/// times as fast as the general algorithm. `None` for any other text.
fn normalize_western(text: &str) -> Option<String> {
    let mut normalized = String::with_capacity(text.len());
    for character in text.chars() {
        let plain = match character {
            '\0'..='\x7F' => plain_sign(character)?.to_ascii_lowercase(),
            'à' | 'â' | 'ä' | 'á' | 'ã' | 'å' | 'À' | 'Â' | 'Ä' | 'Á' | 'Ã' | 'Å' => 'a',
            'ç' | 'Ç' => 'c',
            'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'e',
            'î' | 'ï' | 'í' | 'ì' | 'Î' | 'Ï' | 'Í' | 'Ì' => 'i',
            'ñ' | 'Ñ' => 'n',
            'ô' | 'ö' | 'ó' | 'ò' | 'õ' | 'Ô' | 'Ö' | 'Ó' | 'Ò' | 'Õ' => 'o',
            'ù' | 'û' | 'ü' | 'ú' | 'Ù' | 'Û' | 'Ü' | 'Ú' => 'u',
            'ÿ' | 'Ÿ' | 'ý' | 'Ý' => 'y',
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{2013}' | '\u{2014}' => '-',
            '\u{A0}' | '\u{2009}' | '\u{202F}' => ' ',
            '€' | '«' | '»' => character,
            'œ' | 'Œ' => {
                normalized.push('o');
                'e'
            }
            _ => return None,
        };
        // A run of spaces becomes one, and leading spaces are removed.
        if !plain.is_whitespace() {
            normalized.push(plain);
        } else if !normalized.is_empty() && !normalized.ends_with(' ') {
            normalized.push(' ');
        }
    }
    normalized.truncate(normalized.trim_end().len());
    Some(normalized)
}

/// Text for display: trimmed, with each run of white space as one space.
pub fn collapse_spaces(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !tidied.is_empty() {
            tidied.push(' ');
        }
        tidied.push_str(word);
    }
    tidied
}

fn normalize_once(text: &str) -> String {
    // Apostrophes and signs first: NFKC would turn ´ into a space with an accent and ™ into letters.
    let plain: String = text.chars().filter_map(plain_sign).collect();
    let letters: String = plain
        .nfkd()
        .filter(|character| !is_accent(*character))
        .default_case_fold()
        .nfkd()
        .filter(|character| !is_accent(*character))
        .filter_map(plain_sign)
        .flat_map(without_stroke)
        .nfc()
        .collect();
    collapse_spaces(&letters)
}

fn plain_sign(character: char) -> Option<char> {
    match character {
        '`'
        | '´'
        | '\u{2018}'..='\u{201B}'
        | '\u{2032}'
        | '\u{2035}'
        | '\u{02B9}'..='\u{02BD}'
        | '\u{02C8}'
        | '\u{02CA}'
        | '\u{02CB}'
        | '\u{055A}'
        | '\u{05F3}'
        | '\u{A78C}'
        | '\u{FF07}' => Some('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '™' | '℠' | '®' | '©' => Some(' '),
        _ if is_invisible(character) => None,
        _ if character.is_control() => Some(' '),
        _ => Some(character),
    }
}

// Only marks of Latin, Greek and Cyrillic letters: the vowel signs of Devanagari or the voicing marks of kana
// distinguish words.
fn is_accent(character: char) -> bool {
    matches!(character, '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Whether a character is invisible: joiners, soft hyphens, direction marks, variation selectors.
pub fn is_invisible(character: char) -> bool {
    matches!(character, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{E0000}'..='\u{E0FFF}')
}

// Letters whose stroke or ligature Unicode does not decompose, though people type them without it.
fn without_stroke(character: char) -> impl Iterator<Item = char> {
    let (first, second) = match character {
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'đ' | 'ð' => ('d', None),
        'ħ' => ('h', None),
        'ı' => ('i', None),
        'þ' => ('t', Some('h')),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_that_look_alike_fold_to_one() {
        for (typed, normalized) in [
            ("", ""),
            ("  \t\u{00A0} ", ""),
            ("Kate", "kate"),
            ("  KATE\u{00A0}\tOberg ", "kate oberg"),
            ("Zoé", "zoe"),
            ("Zoe\u{0301}", "zoe"),
            ("ＦＵＬＬ Ｗｉｄｔｈ", "full width"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("İstanbul", "istanbul"),
            ("Ørsted", "orsted"),
            ("Łódź", "lodz"),
            ("Cœur", "coeur"),
            ("Mærsk", "maersk"),
            ("O’Brien", "o'brien"),
            ("O´Brien", "o'brien"),
            ("O`Brien", "o'brien"),
            ("Jean\u{2011}Luc", "jean-luc"),
            ("zero\u{200B}width", "zerowidth"),
            ("Acme™", "acme"),
            ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
            ("Σίσυφος", "σισυφοσ"),
            ("ガス", "ガス"),
            ("हिन्दी", "हिन्दी"),
        ] {
            assert_eq!(normalize(typed), normalized, "{typed:?}");
        }
    }

    #[test]
    fn the_short_way_for_ascii_ends_where_the_long_one_does() {
        for first in '\0'..='\u{7F}' {
            for second in '\0'..='\u{7F}' {
                let text = format!(" A{first}{second}b{second}");
                assert_eq!(normalize(&text), normalize_once(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn different_words_stay_different() {
        for (left, right) in [("ガス", "カス"), ("काम", "कम"), ("Kate", "Kat"), ("a b", "ab")] {
            assert_ne!(normalize(left), normalize(right), "{left} / {right}");
        }
    }

    #[test]
    fn every_character_of_the_basic_plane_folds_to_a_stable_text() {
        for character in '\0'..='\u{FFFF}' {
            let normalized = normalize(&character.to_string());
            assert_eq!(normalize(&normalized), normalized, "U+{:04X}", u32::from(character));
        }
    }

    pub(crate) fn fold_generally(text: &str) -> String {
        (0..4).fold(text.to_owned(), |normalized, _| normalize_once(&normalized))
    }

    #[test]
    fn the_table_of_western_letters_says_what_unicode_says() {
        for character in '\0'..='\u{FFFF}' {
            let text = format!("{character}a{character} B");
            if let Some(normalized) = normalize_western(&text) {
                assert_eq!(normalized, fold_generally(&text), "U+{:04X}", u32::from(character));
            }
        }
    }

    proptest! {
        #[test]
        fn both_ways_to_fold_agree(text in "[ -~àÀéÉîœŒÿ’€« \u{A0}\u{202F}\t\r\n\x00]{0,12}") {
            prop_assert_eq!(normalize_western(&text), Some(fold_generally(&text)));
        }

        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            let normalized = normalize(&text);
            prop_assert_eq!(normalize(&normalized), normalized);
        }
    }
}
