//! Help page for keyboard shortcuts, with a switch that turns them off (WCAG 2.1.4).
//! <https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts.html>

use maud::{Markup, html};

use super::{Frame, Page};
use crate::language::Language;

/// Path of the help page.
pub const KEYBOARD: &str = "/keyboard";

/// Address of the help page in a language.
pub fn keyboard_address(language: Language) -> String {
    match language {
        Language::English => KEYBOARD.to_owned(),
        Language::French => format!("{KEYBOARD}?lang=fr"),
    }
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
    let say = |french: &'static str, english: &'static str| language.choose(french, english);
    html! {
        (entry(&["?"], say("cette aide", "this help")))
        (entry(&["/"], say("chercher", "search")))
        (entry(&["n"], frame.action.label(language)))
        @for place in &frame.navigation {
            @if let Some(letter) = letter(&place.address) { (entry(&["g", letter], place.label(language))) }
        }
        (entry(&["j"], say("ligne suivante", "next row")))
        (entry(&["k"], say("ligne précédente", "previous row")))
        (entry(&["Enter"], say("ouvrir la ligne", "open the row")))
        (entry(&["Esc"], say("fermer, quitter la ligne", "close, leave the row")))
    }
}

/// Shortcut letter of an address: the first letter of its path.
fn letter(address: &str) -> Option<&str> {
    address.get(1..2)
}
