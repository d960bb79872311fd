//! The document of a screen on a wall: no navigation, nothing around it, and it goes on by itself.

use maud::{DOCTYPE, Markup, html};

use super::Asset;

/// The colours of a wall. They do not follow the person who set the screen up, but the room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light on dark, which does not light the room.
    #[default]
    Night,
    /// Dark on light.
    Day,
}

/// One screenful.
pub struct Wall<'a> {
    /// What it is called, in the browser's tab.
    pub title: &'a str,
    /// Its colours.
    pub theme: Theme,
    /// Where it goes on.
    pub next: &'a str,
    /// Seconds until it goes on without script.
    pub seconds: u32,
    /// What makes it go on smoothly.
    pub script: Asset,
    /// Everything in the body, with the only `h1` and `main`.
    pub body: Markup,
}

impl Wall<'_> {
    /// The whole document.
    pub fn document(&self) -> String {
        html! {
            (DOCTYPE)
            html .wall .daylight[self.theme == Theme::Day] lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="same-origin";
                    title { (self.title) " · Tallyboard" }
                    link rel="icon" type="image/svg+xml" href=(Asset::Icon.address());
                    link rel="stylesheet" href=(Asset::Stylesheet.address());
                    link rel="stylesheet" href=(Asset::WallStylesheet.address());
                    script src=(self.script.address()) defer {}
                    noscript { meta http-equiv="refresh" content={ (self.seconds) ";url=" (self.next) }; }
                }
                body { (self.body) }
            }
        }
        .into_string()
    }
}
