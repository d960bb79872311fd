//! Styles, scripts and the icon, compiled into the program.

use std::sync::LazyLock;

use bytes::Bytes;
use uuid::Uuid;

use crate::response::RenderedResponse;

/// Static file that pages link to. Its address contains a hash of its content, so browsers may cache it without limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asset {
    /// Style of every page: the vendored reset, then our own sheet.
    Stylesheet,
    /// Style of the deals pages.
    DealsStylesheet,
    /// Style of the customers pages.
    CustomersStylesheet,
    /// Style of the leaderboard pages.
    LeaderboardStylesheet,
    /// Style of the leaderboard pages with that of the matrix.
    MatrixStylesheet,
    /// Style of the findings page.
    FindingsStylesheet,
    /// Copies the address of a page, prints the page.
    ShareScript,
    /// Form helpers: remembered fields, filter, counter, existing credits, possible duplicates.
    FormScript,
    /// Refreshes an open page.
    LiveScript,
    /// Receives the live stream of the leaderboard, announces news, pins the viewer's own row.
    NewsScript,
    /// Additional style of the TV page.
    WallStylesheet,
    /// Rotates the slides of the TV page, shows celebrations.
    WallScript,
    /// Scripts of every page: keyboard shortcuts, ARIA roles of tables, subnavigation.
    KeysScript,
    /// Helpers for the forms of a deal: stage selection, undo.
    DealFormScript,
    /// File drop for the import.
    DropScript,
    /// Keeps slider and field of the what-if page in sync.
    WhatIfScript,
    /// Filters the deals while the user types.
    DealsScript,
    /// Starts a viewer of the OpenAPI document.
    ViewerScript,
    /// Icon in the browser tab.
    Icon,
}

struct ServedAsset {
    asset: Asset,
    file_name: String,
    address: String,
    rendered: RenderedResponse,
}

static SERVED: LazyLock<[ServedAsset; Asset::ALL.len()]> = LazyLock::new(|| Asset::ALL.map(ServedAsset::new));

impl Asset {
    /// Every asset.
    pub const ALL: [Self; 19] = [
        Self::Stylesheet,
        Self::DealsStylesheet,
        Self::CustomersStylesheet,
        Self::LeaderboardStylesheet,
        Self::MatrixStylesheet,
        Self::FindingsStylesheet,
        Self::ShareScript,
        Self::FormScript,
        Self::LiveScript,
        Self::NewsScript,
        Self::WallStylesheet,
        Self::WallScript,
        Self::KeysScript,
        Self::DealFormScript,
        Self::DropScript,
        Self::WhatIfScript,
        Self::DealsScript,
        Self::ViewerScript,
        Self::Icon,
    ];

    /// Path for `src` and `href`, such as `/assets/tallyboard.0a1b2c3d4e.css`.
    pub fn address(self) -> &'static str {
        &self.served().address
    }

    /// Response for [`Asset::address`].
    pub fn rendered(self) -> &'static RenderedResponse {
        &self.served().rendered
    }

    /// Asset with this file name, which is the part of the address after `/assets/`.
    pub fn find(file_name: &str) -> Option<Self> {
        let served = SERVED.iter().find(|served| served.file_name == file_name)?;
        Some(served.asset)
    }

    fn served(self) -> &'static ServedAsset {
        &SERVED[self as usize]
    }

    fn contents(self) -> &'static str {
        match self {
            Self::Stylesheet => concat!(
                include_str!("vendor/modern-normalize/modern-normalize.css"),
                include_str!("tallyboard.css"),
                include_str!("live.css"),
            ),
            Self::DealsStylesheet => concat!(
                include_str!("../../../deals/src/assets/form.css"),
                include_str!("../../../deals/src/assets/import.css"),
                include_str!("../../../deals/src/assets/sales.css"),
                include_str!("dashboard.css"),
                include_str!("../../../deals/src/assets/board.css"),
            ),
            Self::CustomersStylesheet => concat!(
                include_str!("dashboard.css"),
                include_str!("../../../customers/src/assets/customers.css"),
            ),
            Self::FormScript => concat!(
                include_str!("../../../leaderboard/src/assets/form.js"),
                include_str!("../../../leaderboard/src/assets/duplicates.js")
            ),
            Self::LeaderboardStylesheet => include_str!("../../../leaderboard/src/assets/leaderboard.css"),
            Self::MatrixStylesheet => concat!(
                include_str!("../../../leaderboard/src/assets/leaderboard.css"),
                include_str!("../../../leaderboard/src/assets/matrix.css"),
            ),
            Self::FindingsStylesheet => include_str!("findings.css"),
            Self::ShareScript => include_str!("../../../leaderboard/src/assets/share.js"),
            Self::LiveScript => include_str!("live.js"),
            Self::NewsScript => concat!(
                include_str!("../../../leaderboard/src/assets/stream.js"),
                include_str!("../../../leaderboard/src/assets/news.js"),
                include_str!("../../../leaderboard/src/assets/my_rank.js"),
            ),
            Self::WallStylesheet => include_str!("../../../leaderboard/src/assets/tv.css"),
            Self::WallScript => concat!(
                include_str!("../../../leaderboard/src/assets/stream.js"),
                include_str!("../../../leaderboard/src/assets/tv.js")
            ),
            Self::KeysScript => concat!(
                include_str!("keys.js"),
                include_str!("table.js"),
                include_str!("subnavigation.js"),
            ),
            Self::DealFormScript => include_str!("../../../deals/src/assets/form.js"),
            Self::DropScript => include_str!("../../../deals/src/assets/drop.js"),
            Self::WhatIfScript => include_str!("../../../deals/src/assets/what_if.js"),
            Self::DealsScript => include_str!("../../../deals/src/assets/board.js"),
            Self::ViewerScript => include_str!("viewer.js"),
            Self::Icon => include_str!("icon.svg"),
        }
    }

    fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Stylesheet => ("tallyboard", "css"),
            Self::DealsStylesheet => ("deals", "css"),
            Self::CustomersStylesheet => ("customers", "css"),
            Self::LeaderboardStylesheet => ("leaderboard", "css"),
            Self::MatrixStylesheet => ("matrix", "css"),
            Self::FindingsStylesheet => ("findings", "css"),
            Self::ShareScript => ("share", "js"),
            Self::FormScript => ("form", "js"),
            Self::LiveScript => ("live", "js"),
            Self::NewsScript => ("news", "js"),
            Self::WallStylesheet => ("wall", "css"),
            Self::WallScript => ("wall", "js"),
            Self::KeysScript => ("keys", "js"),
            Self::DealFormScript => ("deals-form", "js"),
            Self::DropScript => ("drop", "js"),
            Self::WhatIfScript => ("what_if", "js"),
            Self::DealsScript => ("deals", "js"),
            Self::ViewerScript => ("viewer", "js"),
            Self::Icon => ("icon", "svg"),
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Stylesheet
            | Self::DealsStylesheet
            | Self::CustomersStylesheet
            | Self::LeaderboardStylesheet
            | Self::MatrixStylesheet
            | Self::FindingsStylesheet
            | Self::WallStylesheet => "text/css; charset=utf-8",
            Self::Icon => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        }
    }
}

impl ServedAsset {
    fn new(asset: Asset) -> Self {
        let contents = minify(asset);
        let digest = Uuid::new_v5(&Uuid::NAMESPACE_OID, contents.as_bytes())
            .simple()
            .to_string();
        let (name, extension) = asset.name();
        let file_name = format!("{name}.{}.{extension}", &digest[..10]);
        Self {
            asset,
            address: format!("/assets/{file_name}"),
            file_name,
            rendered: RenderedResponse::immutable(asset.content_type(), Bytes::from(contents)),
        }
    }
}

/// Replacements that shorten a style, applied in order.
const CLOSER: [(&str, &str); 9] = [
    (" 0.", " ."),
    ("(0.", "(."),
    (" { ", "{"),
    ("; }", "}"),
    ("} ", "}"),
    (": ", ":"),
    ("; ", ";"),
    (", ", ","),
    (" > ", ">"),
];

/// Content without indentation, empty lines and comments on lines of their own; a style also loses its spaces. A
/// comment that begins with `/*!` is a licence and stays.
fn minify(asset: Asset) -> String {
    let lines = strip_comments(asset.contents());
    match asset.name() {
        (_, "css") => CLOSER
            .into_iter()
            .fold(lines.replace('\n', " "), |lean, (spaced, close)| {
                lean.replace(spaced, close)
            }),
        _ => lines,
    }
}

fn strip_comments(contents: &str) -> String {
    let mut lean = String::with_capacity(contents.len());
    let mut is_comment = false;
    for line in contents.lines().map(str::trim) {
        is_comment |= line.starts_with("/*") && !line.starts_with("/*!");
        if !(is_comment || line.is_empty() || line.starts_with("//")) {
            lean.push_str(line);
            lean.push('\n');
        }
        is_comment &= !line.ends_with("*/");
    }
    lean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_skip_is_left_out_and_the_rest_stays_line_by_line() {
        for (contents, sent) in [
            ("a {\n  b: c;\n}\n", "a {\nb: c;\n}\n"),
            ("/* why */\na {}\n\n/**\n * why\n */\nb {}", "a {}\nb {}\n"),
            ("/*! licence */\na {}\n", "/*! licence */\na {}\n"),
            ("  // why\n  go(\"//a\"); // stays\n", "go(\"//a\"); // stays\n"),
        ] {
            assert_eq!(strip_comments(contents), sent);
        }
    }

    #[test]
    fn a_style_is_sent_without_the_spaces_within_its_rules_and_a_script_with_them() {
        assert!(minify(Asset::Stylesheet).contains("}.hint{color:var(--soft)}"));
        assert!(minify(Asset::KeysScript).contains(": "));
        let quoted = |line: &str| {
            line.split('"').skip(1).step_by(2).any(|text| {
                [": ", "; ", ", ", "{", "} ", " > ", " 0."]
                    .iter()
                    .any(|changed| text.contains(changed))
            })
        };
        for asset in Asset::ALL.into_iter().filter(|asset| asset.name().1 == "css") {
            assert!(!asset.contents().lines().any(quoted), "{asset:?}");
        }
    }

    #[test]
    fn no_text_of_a_script_and_no_comment_ends_within_a_line_that_goes_on() {
        for asset in Asset::ALL {
            for line in asset.contents().lines().map(str::trim) {
                assert_eq!(line.matches('`').count() % 2, 0, "{asset:?}: {line}");
                let goes_on = line.contains("/*") && !line.contains("*/");
                assert!(!goes_on || line.starts_with("/*"), "{asset:?}: {line}");
                assert_eq!(line.contains("*/"), line.ends_with("*/"), "{asset:?}: {line}");
            }
        }
    }

    #[test]
    fn every_asset_is_found_under_its_own_address_and_no_other() {
        for asset in Asset::ALL {
            let file_name = asset.address().strip_prefix("/assets/").expect("below /assets/");
            assert_eq!(Asset::find(file_name), Some(asset));
            assert_eq!(asset.rendered().content_type(), asset.content_type());
            assert!(!asset.rendered().body().is_empty());
        }
        for unknown in ["", "tallyboard.css", "../secrets.json", "form.0000000000.js"] {
            assert_eq!(Asset::find(unknown), None);
        }
    }

    #[test]
    fn no_asset_asks_another_host_for_anything() {
        for asset in Asset::ALL {
            let contents = asset.contents();
            for way_out in ["@import", "url(http", "url(//", "src=\"http", "fetch(\"http"] {
                assert!(!contents.contains(way_out), "{asset:?} contains {way_out}");
            }
        }
    }

    #[test]
    fn the_licence_of_the_vendored_reset_travels_with_it() {
        assert!(Asset::Stylesheet.contents().starts_with("/*! modern-normalize"));
    }
}
