//! `GET /deals/crm_prospects_demo.csv`: sample file for the import.

use axum::{http::HeaderMap, response::Response};
use bytes::Bytes;

use super::super::import::{DEMO, DEMO_NAME};
use crate::answer::Rendered;

pub(super) async fn download(headers: HeaderMap) -> Response {
    Rendered::download("text/csv; charset=utf-8", Bytes::from_static(DEMO), DEMO_NAME).respond(&headers)
}
