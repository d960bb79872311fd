//! Page skeleton: the document with head, navigation, freshness line and footer.

use domain::language::Language;
use maud::{DOCTYPE, Markup, html};

use crate::{
    assets::{self, Asset},
    page::Freshness,
    routes::{KEYBOARD, STATUS, keyboard_address},
};

/// Content security policy of every page: own files and own forms only, nothing inline, no other host.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types tallyboard";

/// Link with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavLink {
    /// Label in English, and in every language without a label of its own.
    label: String,
    /// Label on French pages.
    french: Option<String>,
    /// Path or address of the target.
    pub address: String,
    /// Count next to the label; `None` shows none.
    pub count: Option<u32>,
    /// Paths of pages that belong to this entry although they do not begin with its address.
    pub related_pages: &'static [&'static str],
}

impl NavLink {
    /// Link without a count.
    pub fn new(label: impl Into<String>, address: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            french: None,
            address: address.into(),
            count: None,
            related_pages: &[],
        }
    }

    /// Sets the label on French pages.
    #[must_use]
    pub fn with_french_label(mut self, label: impl Into<String>) -> Self {
        self.french = Some(label.into());
        self
    }

    /// Label in `language`.
    pub fn label(&self, language: Language) -> &str {
        let french = self.french.as_deref().unwrap_or(&self.label);
        language.choose(french, &self.label)
    }

    /// Adds paths of pages that belong to this entry.
    #[must_use]
    pub fn with_related_pages(mut self, related_pages: &'static [&'static str]) -> Self {
        self.related_pages = related_pages;
        self
    }

    /// Sets the count next to the label; zero shows none.
    #[must_use]
    pub fn counting(mut self, count: u32) -> Self {
        self.count = (count > 0).then_some(count);
        self
    }
}

/// Frame of a page: everything around the content that does not depend on the single page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Navigation entries; the first one is the home page.
    pub navigation: Vec<NavLink>,
    /// Primary action, one click away on every page.
    pub action: NavLink,
    /// Source and age of the data; `None` on a page without data.
    pub freshness: Option<Freshness>,
    /// Language of the page.
    pub language: Language,
    /// Style and subnavigation of the board; `None` on pages of no board.
    pub board: Option<BoardLayout>,
}

/// Style and subnavigation of one board.
#[derive(Clone, Copy, Debug)]
pub struct BoardLayout {
    /// Style of the board.
    pub style: &'static Asset,
    /// Renders the subnavigation for a language and the address of the page.
    pub tabs: fn(Language, &str) -> Markup,
}

/// Content of one page.
pub struct Page<'a> {
    /// Title in the browser tab.
    pub title: &'a str,
    /// Path and query of the page: the target of Refresh, and the current navigation entry.
    pub address: &'a str,
    /// Additional scripts of the page.
    pub scripts: &'a [&'static Asset],
    /// Content, with the only `h1` of the page.
    pub main: Markup,
}

impl Frame {
    /// Returns the frame with a count next to the navigation entry at `address`; zero shows none.
    #[must_use]
    pub fn counting(&self, address: &str, count: u32) -> Self {
        let mut frame = self.clone();
        for entry in &mut frame.navigation {
            if entry.address == address {
                entry.count = (count > 0).then_some(count);
            }
        }
        frame
    }

    /// Adds the freshness line.
    #[must_use]
    pub fn with_freshness(mut self, freshness: Freshness) -> Self {
        self.freshness = Some(freshness);
        self
    }

    /// Sets board, language and primary action.
    #[must_use]
    pub fn for_board(mut self, board: BoardLayout, language: Language, action: NavLink) -> Self {
        self.board = Some(board);
        self.language = language;
        self.action = action;
        self
    }

    /// Returns the frame with `style` in place of the board's style. `style` must include the board's style.
    #[must_use]
    pub fn styled(&self, style: &'static Asset) -> Self {
        let tabs = self
            .board
            .map_or((|_, _| html! {}) as fn(Language, &str) -> Markup, |board| board.tabs);
        Self {
            board: Some(BoardLayout { style, tabs }),
            ..self.clone()
        }
    }

    /// Renders the document.
    pub fn document(&self, page: Page<'_>) -> String {
        html! {
            (DOCTYPE)
            html lang=(self.language.code()) {
                (self.head(&page))
                body {
                    a .skip href="#main" { (self.language.choose("Aller au contenu", "Skip to the content")) }
                    (self.header(page.address))
                    (self.status(page.address))
                    main #main tabindex="-1" {
                        @if let Some(board) = self.board { ((board.tabs)(self.language, page.address)) }
                        (page.main)
                    }
                    (self.footer(page.address))
                }
            }
        }
        .into_string()
    }

    fn head(&self, page: &Page<'_>) -> Markup {
        html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="same-origin";
                title { (page.title) " · Tallyboard" }
                link rel="icon" type="image/svg+xml" href=(assets::ICON.address());
                link rel="stylesheet" href=(assets::STYLESHEET.address());
                @if let Some(board) = self.board { link rel="stylesheet" href=(board.style.address()); }
                script src=(assets::KEYS_SCRIPT.address()) defer {}
                @for script in page.scripts { script src=(script.address()) defer {} }
            }
        }
    }

    fn header(&self, address: &str) -> Markup {
        let home = self.navigation.first().map_or("/", |entry| entry.address.as_str());
        let current = self.current(address);
        html! {
            header .masthead {
                a .brand href=(home) { (logo()) "Tallyboard" }
                nav aria-label=(self.language.choose("Tableaux", "Boards")) {
                    ul {
                        @for entry in &self.navigation {
                            li {
                                a href=(entry.address) aria-current=[current.filter(|(now, _)| *now == entry).map(|(_, token)| token)] {
                                    (entry.label(self.language))
                                    @if let Some(count) = entry.count { " " span .count { (count) } }
                                }
                            }
                        }
                    }
                }
                a .action href=(self.action.address) aria-current=[(path(address) == self.action.address).then_some("page")] {
                    (self.action.label(self.language))
                }
            }
        }
    }

    /// Most specific navigation entry for an address, with its `aria-current` token.
    fn current(&self, address: &str) -> Option<(&NavLink, &'static str)> {
        let path = path(address);
        let within = |entry: &&NavLink| {
            path.strip_prefix(entry.address.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let entry = self
            .navigation
            .iter()
            .filter(within)
            .max_by_key(|entry| entry.address.len())
            .or_else(|| self.navigation.iter().find(|entry| entry.related_pages.contains(&path)))?;
        Some((entry, if entry.address == path { "page" } else { "true" }))
    }

    fn status(&self, address: &str) -> Markup {
        let Some(freshness) = &self.freshness else {
            return html! {};
        };
        html! {
            section .status aria-label=(self.language.choose("Données", "Data")) {
                div data-live="outage" {
                    @if let Some(outage) = freshness.outage(self.language) { p .outage { (outage) } }
                }
                (freshness.line(address, self.language))
            }
        }
    }

    fn footer(&self, address: &str) -> Markup {
        html! {
            footer .imprint {
                p {
                    (self.language.choose(
                        "Chaque chiffre vient des lignes d’un seul tableur.",
                        "Every number comes from the rows of one spreadsheet.",
                    ))
                    @if let Some(freshness) = &self.freshness {
                        " " a href=(freshness.spreadsheet_link) {
                            (self.language.choose("Ouvrir le tableur", "Open the spreadsheet"))
                        }
                    }
                    " " a href=(keyboard_address(self.language)) data-keys-help data-close=(self.language.choose("Fermer", "Close"))
                        aria-current=[(path(address) == KEYBOARD).then_some("page")] {
                        (self.language.choose("Clavier", "Keyboard"))
                    }
                    " " a href=(STATUS) aria-current=[(path(address) == STATUS).then_some("page")] {
                        (self.language.choose("État", "Status"))
                    }
                }
            }
        }
    }
}

/// Logo: five tally strokes.
fn logo() -> Markup {
    html! {
        svg .logo viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" {
            path d="M6 5v22M12 5v22M18 5v22M24 5v22" {}
            path .across d="M2 23 30 9" {}
        }
    }
}

fn path(address: &str) -> &str {
    address.split_once(['?', '#']).map_or(address, |(path, _)| path)
}

#[cfg(test)]
mod tests {
    use jiff::Zoned;
    use scraper::{Html, Selector};

    use super::*;
    use crate::page::DataSource;

    pub(crate) fn frame() -> Frame {
        let now: Zoned = "2026-03-05T14:03:54+01:00[Europe/Paris]".parse().expect("instant");
        Frame {
            navigation: vec![
                NavLink::new("Leaderboard", "/leaderboard"),
                NavLink::new("Findings", "/findings").counting(3),
                NavLink::new("Customers", "/customers").with_related_pages(&["/dashboard/summary"]),
            ],
            action: NavLink::new("Claim integrations", "/leaderboard/submit"),
            freshness: Some(Freshness {
                source: DataSource::GoogleSheets,
                read_at: now.clone(),
                now: now.clone(),
                unreachable_since: Some(now),
                spreadsheet_link: "https://docs.google.com/spreadsheets/d/x/edit".to_owned(),
            }),
            language: Language::English,
            board: None,
        }
    }

    pub(crate) fn document(address: &str) -> Html {
        let page = Page {
            title: "<b>Claims</b>",
            address,
            scripts: &[&assets::LIVE_SCRIPT],
            main: html! { h1 { "Claims" } },
        };
        Html::parse_document(&frame().document(page))
    }

    pub(crate) fn texts(page: &Html, selector: &str) -> Vec<String> {
        page.select(&Selector::parse(selector).expect("selector"))
            .map(|element| element.text().collect::<String>().trim().to_owned())
            .collect()
    }

    #[test]
    fn the_navigation_names_the_place_of_the_page() {
        let table = [
            ("/leaderboard", r#"[aria-current="page"]"#, "Leaderboard"),
            (
                "/leaderboard?from=2026-01-01",
                r#"[aria-current="page"]"#,
                "Leaderboard",
            ),
            (
                "/leaderboard/claims?csm=Kate",
                r#"[aria-current="true"]"#,
                "Leaderboard",
            ),
            ("/findings", r#"[aria-current="page"]"#, "Findings 3"),
            ("/dashboard/summary", r#"[aria-current="true"]"#, "Customers"),
            ("/leaderboard/submit", r#"[aria-current="page"]"#, "Claim integrations"),
        ];
        for (address, selector, label) in table {
            assert_eq!(texts(&document(address), selector), [label], "{address}");
        }
        assert!(texts(&document("/leaderboards"), "[aria-current]").is_empty());
    }

    #[test]
    fn refresh_comes_back_to_the_very_page() {
        let page = document("/leaderboard/claims?csm=A%26B&company=x\"y");
        let selector = Selector::parse(r#"form[action="/refresh"] input[name="to"]"#).expect("selector");
        let target = page.select(&selector).next().expect("refresh form");
        assert_eq!(target.attr("value"), Some("/leaderboard/claims?csm=A%26B&company=x\"y"));
        assert_eq!(texts(&page, ".outage").len(), 1);
    }

    #[test]
    fn the_document_needs_nothing_that_the_policy_forbids() {
        let text = frame().document(Page {
            title: "Claims",
            address: "/",
            scripts: &[],
            main: html! {},
        });
        for forbidden in [" style=", "<style", " onclick=", "<script>", "javascript:"] {
            assert!(!text.contains(forbidden), "{forbidden}");
        }
        assert_eq!(texts(&document("/"), "title"), ["<b>Claims</b> · Tallyboard"]);
    }
}
