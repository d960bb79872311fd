//! Styles, scripts and the icon, compiled into the program.
//!
//! The crate that owns a file declares it as an [`Asset`]; the composition root collects all of them in an
//! [`AssetIndex`]. Each part of a file is minified when it is first served, so that a first view stays below 100 kB
//! before compression.

use std::sync::OnceLock;

use bytes::Bytes;
use uuid::Uuid;

use crate::{response::RenderedResponse, routes::ASSETS};

/// Style of every page: the vendored reset, then our own sheet.
pub static STYLESHEET: Asset = Asset::style(
    "tallyboard",
    &[
        include_str!("vendor/modern-normalize/modern-normalize.css"),
        include_str!("tallyboard.css"),
        include_str!("live.css"),
    ],
);
/// Style of the findings page.
pub static FINDINGS_STYLESHEET: Asset = Asset::style("findings", &[include_str!("findings.css")]);
/// Refreshes an open page.
pub static LIVE_SCRIPT: Asset = Asset::script("live", &[include_str!("live.js")]);
/// Functions that several scripts use, a part of [`KEYS_SCRIPT`] and of the scripts of pages without it.
pub const SHARED_SCRIPT: &str = include_str!("shared.js");
/// Scripts of every page: shared functions, keyboard shortcuts, ARIA roles of tables, subnavigation.
pub static KEYS_SCRIPT: Asset = Asset::script(
    "keys",
    &[
        SHARED_SCRIPT,
        include_str!("keys.js"),
        include_str!("table.js"),
        include_str!("subnavigation.js"),
    ],
);
/// Starts a viewer of the `OpenAPI` document.
pub static VIEWER_SCRIPT: Asset = Asset::script("viewer", &[include_str!("viewer.js")]);
/// Icon in the browser tab.
pub static ICON: Asset = Asset::icon("icon", &[include_str!("icon.svg")]);

/// Assets of this crate.
pub static ALL: [&Asset; 6] = [
    &STYLESHEET,
    &FINDINGS_STYLESHEET,
    &LIVE_SCRIPT,
    &KEYS_SCRIPT,
    &VIEWER_SCRIPT,
    &ICON,
];

/// Dashboard styles, a part of the stylesheets of several boards.
pub const DASHBOARD_STYLE: &str = include_str!("dashboard.css");

/// Static file that pages link to. Its address contains a hash of its content, so browsers may cache it without limit.
#[derive(Debug)]
pub struct Asset {
    name: &'static str,
    kind: AssetKind,
    parts: &'static [&'static str],
    served: OnceLock<ServedAsset>,
}

/// Type of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AssetKind {
    Style,
    Script,
    Icon,
}

#[derive(Debug)]
struct ServedAsset {
    file_name: String,
    address: String,
    rendered: RenderedResponse,
}

/// Assets of all crates by file name.
#[derive(Clone, Debug, Default)]
pub struct AssetIndex(Vec<&'static Asset>);

impl AssetIndex {
    /// Index of all assets in `lists`.
    pub fn new(lists: &[&[&'static Asset]]) -> Self {
        Self(lists.concat())
    }

    /// Asset with this file name, which is the part of the address after `/assets/`.
    pub fn find(&self, file_name: &str) -> Option<&'static Asset> {
        self.0
            .iter()
            .copied()
            .find(|asset| asset.served().file_name == file_name)
    }

    /// All assets.
    pub fn iter(&self) -> impl Iterator<Item = &'static Asset> {
        self.0.iter().copied()
    }
}

impl Asset {
    /// Stylesheet that consists of `parts`.
    pub const fn style(name: &'static str, parts: &'static [&'static str]) -> Self {
        Self::new(name, AssetKind::Style, parts)
    }

    /// Script that consists of `parts`.
    pub const fn script(name: &'static str, parts: &'static [&'static str]) -> Self {
        Self::new(name, AssetKind::Script, parts)
    }

    const fn icon(name: &'static str, parts: &'static [&'static str]) -> Self {
        Self::new(name, AssetKind::Icon, parts)
    }

    const fn new(name: &'static str, kind: AssetKind, parts: &'static [&'static str]) -> Self {
        Self {
            name,
            kind,
            parts,
            served: OnceLock::new(),
        }
    }

    /// Path for `src` and `href`, such as `/assets/tallyboard.0a1b2c3d4e.css`.
    pub fn address(&self) -> &str {
        &self.served().address
    }

    /// Response for [`Asset::address`].
    pub fn rendered(&self) -> &RenderedResponse {
        &self.served().rendered
    }

    fn served(&self) -> &ServedAsset {
        self.served.get_or_init(|| ServedAsset::new(self))
    }
}

impl AssetKind {
    fn extension(self) -> &'static str {
        match self {
            Self::Style => "css",
            Self::Script => "js",
            Self::Icon => "svg",
        }
    }

    /// `text` without comments and spaces; as written if the minifier does not understand it.
    fn minify(self, text: &str) -> String {
        let minified = match self {
            Self::Style => minifier::css::minify(text).map(|style| style.to_string()),
            Self::Script => minifier::js::minify(text).map(|script| script.to_string()),
            Self::Icon => Ok(text.to_owned()),
        };
        minified.unwrap_or_else(|_| text.to_owned())
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Style => "text/css; charset=utf-8",
            Self::Script => "text/javascript; charset=utf-8",
            Self::Icon => "image/svg+xml",
        }
    }
}

impl ServedAsset {
    fn new(asset: &Asset) -> Self {
        let contents: String = asset.parts.iter().map(|part| asset.kind.minify(part)).collect();
        let digest = Uuid::new_v5(&Uuid::NAMESPACE_OID, contents.as_bytes())
            .simple()
            .to_string();
        let file_name = format!("{}.{}.{}", asset.name, &digest[..10], asset.kind.extension());
        Self {
            address: format!("{ASSETS}/{file_name}"),
            file_name,
            rendered: RenderedResponse::immutable(asset.kind.content_type(), Bytes::from(contents)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_found_under_its_own_address_and_no_other() {
        let index = AssetIndex::new(&[&ALL]);
        for asset in ALL {
            let file_name = asset.address().strip_prefix("/assets/").expect("below /assets/");
            assert!(std::ptr::eq(index.find(file_name).expect("known"), asset));
            assert_eq!(asset.rendered().content_type(), asset.kind.content_type());
            assert!(!asset.rendered().body().is_empty());
        }
        for unknown in ["", "tallyboard.css", "../secrets.json", "form.0000000000.js"] {
            assert!(index.find(unknown).is_none());
        }
    }

    #[test]
    fn the_licence_of_the_vendored_reset_travels_with_it() {
        assert!(STYLESHEET.rendered().body().starts_with(b"/*! modern-normalize"));
    }
}
