//! Submission id, compact: 16 bytes for a UUID.

use std::{cmp::Ordering, fmt, sync::Arc};

use uuid::{Uuid, fmt::Hyphenated};

/// Id of a submission: UUIDs from the program, arbitrary text from staff.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SubmissionId {
    /// UUID whose text form is exactly the cell: hyphenated, lower case.
    Uuid(Uuid),
    /// Any other text; may be empty.
    Text(Arc<str>),
}

impl SubmissionId {
    /// Id of a cell.
    pub(crate) fn of(text: &str) -> Self {
        let uuid = (text.len() == Hyphenated::LENGTH)
            .then(|| Uuid::try_parse(text).ok())
            .flatten();
        match uuid {
            Some(uuid) if uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text => Self::Uuid(uuid),
            _ => Self::Text(text.into()),
        }
    }

    /// Whether the cell is empty.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

impl fmt::Display for SubmissionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(uuid) => uuid.hyphenated().fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

/// Alphabetical order; empty ids come last.
impl Ord for SubmissionId {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            // Hyphens are at fixed positions, and digits sort before letters.
            (Self::Uuid(one), Self::Uuid(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => (one.is_empty(), one).cmp(&(other.is_empty(), other)),
            _ => (self.is_empty(), self.to_string()).cmp(&(other.is_empty(), other.to_string())),
        }
    }
}

impl PartialOrd for SubmissionId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_is_told_as_it_was_written(text in any::<String>(), bytes in any::<u128>()) {
            let uuid = Uuid::from_u128(bytes);
            let written = [
                text,
                uuid.to_string(),
                uuid.to_string().to_uppercase(),
                uuid.simple().to_string(),
                uuid.braced().to_string(),
                uuid.urn().to_string(),
            ];
            for text in written {
                prop_assert_eq!(SubmissionId::of(&text).to_string(), text);
            }
        }

        #[test]
        fn ids_are_in_the_order_of_the_alphabet_and_none_comes_last(
            left in prop_oneof![any::<u128>().prop_map(|bytes| Uuid::from_u128(bytes).to_string()), "[0-9a-f-]{0,40}"],
            right in prop_oneof![any::<u128>().prop_map(|bytes| Uuid::from_u128(bytes).to_string()), "[0-9a-f-]{0,40}"],
        ) {
            let expected = (left.is_empty(), &left).cmp(&(right.is_empty(), &right));
            prop_assert_eq!(SubmissionId::of(&left).cmp(&SubmissionId::of(&right)), expected);
            prop_assert_eq!(SubmissionId::of(&left) == SubmissionId::of(&right), left == right);
        }
    }
}
