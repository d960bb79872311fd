//! Keyboard shortcuts: `GET /keyboard` and its page, in the language that the address names.

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    response::{Html, IntoResponse, Response},
};
use domain::language::Language;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    error::Error,
    openapi::{EndpointDocs, PROGRAM, parameters::language},
    page::{Frame, Page},
    request_context::check_language,
    routes::{KEYBOARD, keyboard_address},
};

#[derive(Deserialize, JsonSchema)]
struct KeyboardQuery {
    #[serde(default)]
    #[schemars(schema_with = "language")]
    lang: Option<String>,
}

/// Route of the page; `frame` surrounds it.
pub fn router(frame: Frame) -> ApiRouter {
    let show = get_with(get_keyboard, |it| {
        it.about(PROGRAM, "What single keys do.").serves("text/html")
    });
    ApiRouter::new().api_route(KEYBOARD, show).with_state(frame)
}

async fn get_keyboard(State(frame): State<Frame>, Query(query): Query<KeyboardQuery>) -> Result<Response, Error> {
    let named = query.lang.as_deref().and_then(Language::parse);
    let language = named.unwrap_or(Language::English);
    check_language(query.lang.as_deref(), language)?;
    Ok(Html(keyboard_page(&Frame { language, ..frame })).into_response())
}

/// Renders the help page.
pub fn keyboard_page(frame: &Frame) -> String {
    let language = frame.language;
    let title = language.choose("Clavier", "Keyboard");
    frame.document(Page {
        title,
        address: &keyboard_address(language),
        scripts: &[],
        main: html! {
            div .narrow data-keys {
                h1 #keys { (title) }
                p {
                    (language.choose(
                        "Ces touches raccourcissent le chemin. Elles se taisent pendant que vous écrivez ; tout se fait aussi sans elles.",
                        "These keys shorten the way. They rest while you type, and everything works without them.",
                    ))
                }
                dl .keys { (keys(frame)) }
                p {
                    button .quiet type="button" hidden data-keys-switch
                        data-off=(language.choose("Désactiver ces touches", "Switch these keys off"))
                        data-on=(language.choose("Réactiver ces touches", "Switch these keys on")) {}
                }
                noscript {
                    p { (language.choose("Sans script, ces touches ne font rien.", "Without script these keys do nothing.")) }
                }
            }
        },
    })
}

fn keys(frame: &Frame) -> Markup {
    let language = frame.language;
    let entry = |keys: &[&str], what: &str| {
        html! {
            dt { @for (place, key) in keys.iter().enumerate() { @if place > 0 { " " } kbd { (key) } } }
            dd { (what) }
        }
    };
    let choose = |french: &'static str, english: &'static str| language.choose(french, english);
    html! {
        (entry(&["?"], choose("cette aide", "this help")))
        (entry(&["/"], choose("chercher", "search")))
        (entry(&["n"], frame.action.label(language)))
        @for place in &frame.navigation {
            @if let Some(letter) = shortcut_letter(&place.address) { (entry(&["g", letter], place.label(language))) }
        }
        (entry(&["j"], choose("ligne suivante", "next row")))
        (entry(&["k"], choose("ligne précédente", "previous row")))
        (entry(&["Enter"], choose("ouvrir la ligne", "open the row")))
        (entry(&["Esc"], choose("fermer, quitter la ligne", "close, leave the row")))
    }
}

/// Shortcut letter of an address: the first letter of its path.
fn shortcut_letter(address: &str) -> Option<&str> {
    address.get(1..2)
}
