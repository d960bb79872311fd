//! Formatting of numbers and lists in English sentences.

/// Whole number with its noun: `1 company`, `12,400 companies`.
pub fn count(number: u32, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", group_thousands(number))
}

/// Whole number with commas between thousands.
pub fn group_thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Ordinal: `1st`, `2nd`, `13th`.
pub fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// List of names: `Kate`, `Kate and Manny`, `Kate, Manny and Zoé`.
pub fn join_names<Name: AsRef<str>>(names: &[Name]) -> String {
    match names {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// Percentage of a ratio in thousandths: `22.5%`, `30.0%`.
pub fn percentage(permille: u32) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_agree_with_their_noun() {
        for (number, text) in [
            (0, "0 companies"),
            (1, "1 company"),
            (999, "999 companies"),
            (1000, "1,000 companies"),
            (1_234_567, "1,234,567 companies"),
        ] {
            assert_eq!(count(number, "company", "companies"), text);
        }
    }

    #[test]
    fn ranks_end_as_they_are_spoken() {
        for (number, text) in [
            (1, "1st"),
            (2, "2nd"),
            (3, "3rd"),
            (4, "4th"),
            (11, "11th"),
            (12, "12th"),
            (13, "13th"),
            (21, "21st"),
            (111, "111th"),
            (122, "122nd"),
        ] {
            assert_eq!(ordinal(number), text);
        }
    }

    #[test]
    fn lists_and_shares_read_as_prose() {
        assert_eq!(join_names::<&str>(&[]), "");
        assert_eq!(join_names(&["Kate"]), "Kate");
        assert_eq!(join_names(&["Kate", "Manny"]), "Kate and Manny");
        assert_eq!(join_names(&["Kate", "Manny", "Zoé"]), "Kate, Manny and Zoé");
        assert_eq!(percentage(0), "0.0%");
        assert_eq!(percentage(225), "22.5%");
        assert_eq!(percentage(1000), "100.0%");
    }
}
