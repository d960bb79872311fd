//! Keyboard shortcuts: `GET /keyboard` and its page, in the language that the address names.

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    response::{Html, IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    language::Language,
    openapi::Endpoint,
    page::{
        Frame,
        keyboard::{KEYBOARD, keyboard_page},
    },
};

#[derive(Deserialize, JsonSchema)]
struct Question {
    lang: Option<String>,
}

/// Route of the page; `frame` surrounds it.
pub fn router(frame: Frame) -> ApiRouter {
    let show = get_with(show, |it| {
        it.about("Program", "What single keys do.").serves("text/html")
    });
    ApiRouter::new().api_route(KEYBOARD, show).with_state(frame)
}

async fn show(State(frame): State<Frame>, Query(question): Query<Question>) -> Response {
    let named = question.lang.as_deref().and_then(Language::parse);
    let language = named.unwrap_or(Language::English);
    Html(keyboard_page(&Frame { language, ..frame })).into_response()
}
