//! The languages of the pages.

/// A language in which pages and messages are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Français.
    #[default]
    French,
    /// English.
    English,
}
