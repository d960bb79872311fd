//! Document of the TV page: no navigation, no frame, automatic transition to the next slide.

use maud::{DOCTYPE, Markup, html};

use web::assets::Asset;

use crate::assets;

/// Colour theme of the TV page. It is set for the room, not taken from the settings of the browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TvTheme {
    /// Light on dark.
    #[default]
    Night,
    /// Dark on light.
    Day,
}

/// One slide.
pub struct TvDocument<'a> {
    /// Title in the browser tab.
    pub title: &'a str,
    /// Colour theme.
    pub theme: TvTheme,
    /// Address of the next slide.
    pub next: &'a str,
    /// Seconds until the next slide without script.
    pub seconds: u32,
    /// Script for a smooth transition.
    pub script: &'static Asset,
    /// Body, with the only `h1` and the only `main`.
    pub body: Markup,
}

impl TvDocument<'_> {
    /// Renders the document.
    pub fn document(&self) -> String {
        html! {
            (DOCTYPE)
            html .wall .daylight[self.theme == TvTheme::Day] lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="same-origin";
                    title { (self.title) " · Tallyboard" }
                    link rel="icon" type="image/svg+xml" href=(web::assets::ICON.address());
                    link rel="stylesheet" href=(web::assets::STYLESHEET.address());
                    link rel="stylesheet" href=(assets::TV_STYLESHEET.address());
                    script src=(self.script.address()) defer {}
                    noscript { meta http-equiv="refresh" content={ (self.seconds) ";url=" (self.next) }; }
                }
                body { (self.body) }
            }
        }
        .into_string()
    }
}
