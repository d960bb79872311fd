//! `GET /keyboard`: what single keys do, in the language that the address names.

use axum::{
    Router,
    extract::{Query, State},
    response::Html,
    routing::get,
};
use serde::Deserialize;

use crate::{
    language::Language,
    page::{
        Frame,
        keyboard::{KEYBOARD, keyboard_page},
    },
};

#[derive(Deserialize)]
struct Question {
    lang: Option<String>,
}

/// The one address; `frame` surrounds the page.
pub fn router(frame: Frame) -> Router {
    Router::new().route(KEYBOARD, get(show)).with_state(frame)
}

async fn show(State(frame): State<Frame>, Query(question): Query<Question>) -> Html<String> {
    let named = question.lang.as_deref().and_then(Language::parse);
    let language = named.unwrap_or(Language::English);
    Html(keyboard_page(&Frame { language, ..frame }))
}
