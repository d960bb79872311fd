//! Notice of the last action on a deal, with an undo button.

use domain::language::Language;
use jiff::Timestamp;
use maud::{Markup, html};
use web::page::notice::notice;

/// Action that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletedAction {
    /// A new deal was added.
    Created,
    /// Fields were changed.
    Changed,
    /// The deal was deleted.
    Deleted,
    /// A change was undone.
    Undone,
    /// The deal was snoozed.
    Snoozed,
    /// The snooze was ended.
    Resumed,
}

impl CompletedAction {
    const ALL: [Self; 6] = [
        Self::Created,
        Self::Changed,
        Self::Deleted,
        Self::Undone,
        Self::Snoozed,
        Self::Resumed,
    ];

    /// Value in query strings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Undone => "undone",
            Self::Snoozed => "paused",
            Self::Resumed => "resumed",
        }
    }

    fn words(self, language: Language) -> &'static str {
        let (french, english) = match self {
            Self::Created => ("L’affaire est enregistrée.", "The deal is recorded."),
            Self::Changed => ("La modification est enregistrée.", "The change is recorded."),
            Self::Deleted => ("L’affaire est supprimée.", "The deal is deleted."),
            Self::Undone => ("La modification est annulée.", "The change is undone."),
            Self::Snoozed => ("L’affaire est mise en pause.", "The deal is set aside."),
            Self::Resumed => ("La pause est levée.", "The deal is no longer set aside."),
        };
        language.choose(french, english)
    }
}

/// Notice, passed in the query string: `did=changed&deal=5&since=…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionNotice {
    /// Action that was done.
    pub action: CompletedAction,
    /// Id of the deal.
    pub deal: u64,
    /// Time just before the action in milliseconds since 1970, for undo; `None` when it cannot be undone.
    pub since: Option<i64>,
}

/// Query fields of a notice.
pub const NOTICE_FIELDS: [&str; 3] = ["did", "deal", "since"];

impl ActionNotice {
    /// Notice without undo.
    pub fn of(action: CompletedAction, deal: u64) -> Self {
        let since = None;
        Self { action, deal, since }
    }

    /// Notice with undo of the changes made at or after `since`.
    pub fn undoable(action: CompletedAction, deal: u64, since: i64) -> Self {
        let since = Some(since);
        Self { action, deal, since }
    }

    /// Parses query fields; `None` when they hold no notice.
    pub fn parse(pairs: &[(String, String)]) -> Option<Self> {
        let field = |name: &str| {
            pairs
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.as_str())
        };
        let did = field("did")?;
        Some(Self {
            action: CompletedAction::ALL.into_iter().find(|action| action.name() == did)?,
            deal: field("deal")?.parse().ok()?,
            since: field("since").and_then(|since| since.parse().ok()),
        })
    }

    /// Query fields that [`ActionNotice::parse`] parses.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let since = self.since.map(|since| ("since".to_owned(), since.to_string()));
        let fields = [
            ("did".to_owned(), self.action.name().to_owned()),
            ("deal".to_owned(), self.deal.to_string()),
        ];
        fields.into_iter().chain(since).collect()
    }

    /// Time just before the action.
    pub fn moment(since: i64) -> Option<Timestamp> {
        Timestamp::from_millisecond(since).ok()
    }

    /// Notice with an undo button. `back` is the address to return to.
    pub fn markup(&self, back: &str, language: Language) -> Markup {
        notice(&html! {
            div .deed role="status" {
                p { (self.action.words(language)) }
                @if let Some(since) = self.since {
                    form method="post" action={ "/deals/" (self.deal) "/undo" } data-once {
                        input type="hidden" name="since" value=(since);
                        input type="hidden" name="lang" value=(language.code());
                        input type="hidden" name="back" value=(back);
                        button .quiet type="submit" data-undo { (language.choose("Annuler", "Undo")) }
                    }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_what_was_done() {
        for action in CompletedAction::ALL {
            let notice = ActionNotice {
                action,
                deal: 5,
                since: Some(1_772_539_200_000),
            };
            assert_eq!(ActionNotice::parse(&notice.pairs()), Some(notice));
        }
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(ActionNotice::parse(&[pair("did", "stolen"), pair("deal", "5")]), None);
        assert_eq!(ActionNotice::parse(&[]), None);
    }
}
