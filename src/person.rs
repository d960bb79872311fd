//! Names of people: trimmed, and compared without case and accents.
