//! Rendered response: bytes with their headers, made to be cached and shared.

#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    error::Error,
    response::{
        ExportSheet,
        compression::ContentEncoding,
        csv_export::{self, ExportDialect},
        work_budget::charge_work,
    },
};

/// Smallest body that compression makes smaller.
const MIN_COMPRESSED_BYTES: usize = 600;

/// Capacity of the header map: the response's headers and those of the middleware, so that it is allocated once.
const HEADER_CAPACITY: usize = 20;

/// Response in one format. Clones share the bytes and their compressed forms.
#[derive(Clone, Debug)]
pub struct RenderedResponse(Arc<ResponseContents>);

#[derive(Debug)]
struct ResponseContents {
    content_type: HeaderValue,
    disposition: Option<HeaderValue>,
    cache_control: &'static str,
    vary: &'static str,
    entity_tag: HeaderValue,
    body: Bytes,
    brotli: OnceLock<Bytes>,
    zstandard: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
}

impl RenderedResponse {
    /// HTML page.
    pub fn html(document: String) -> Self {
        Self::new("text/html; charset=utf-8", document.into(), None)
    }

    /// JSON on one line.
    ///
    /// # Errors
    /// If the value cannot be serialised.
    pub fn json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let mut body = serde_json::to_vec(value)?;
        body.push(b'\n');
        Ok(Self::new("application/json", body.into(), None))
    }

    /// CSV download.
    pub fn csv(sheet: &ExportSheet) -> Self {
        Self::csv_in(sheet, ExportDialect::Commas)
    }

    /// CSV download in a regional format.
    pub fn csv_in(sheet: &ExportSheet, dialect: ExportDialect) -> Self {
        let body = csv_export::write_csv(sheet, dialect).into();
        let disposition = attachment(sheet, "csv");
        Self::new("text/csv; charset=utf-8", body, Some(disposition))
    }

    /// Excel download, charged to the budget of the client.
    ///
    /// # Errors
    /// If the table does not fit a workbook, or the budget is used up.
    pub fn xlsx(sheet: &ExportSheet) -> Result<Self, Error> {
        Self::xlsx_in(sheet, ExportDialect::Commas)
    }

    /// Excel download in a regional format, charged to the budget of the client.
    ///
    /// # Errors
    /// If the table does not fit a workbook, or the budget is used up.
    pub fn xlsx_in(sheet: &ExportSheet, dialect: ExportDialect) -> Result<Self, Error> {
        charge_work()?;
        let body = crate::response::xlsx_export::write_xlsx(sheet, dialect).map_err(Error::internal)?;
        let body = body.into();
        let disposition = attachment(sheet, "xlsx");
        let content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        Ok(Self::new(content_type, body, Some(disposition)))
    }

    /// PDF download, charged to the budget of the client before `document` is made. `file_name` must be plain ASCII.
    ///
    /// # Errors
    /// If the document cannot be made, or the budget is used up.
    pub fn pdf<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        file_name: &str,
        document: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Self, Error> {
        charge_work()?;
        let document = document().map_err(Error::internal)?;
        Ok(Self::download("application/pdf", document.into(), file_name))
    }

    /// Download with a file name; `file_name` must be plain ASCII.
    pub fn download(content_type: &'static str, body: Bytes, file_name: &str) -> Self {
        let disposition = HeaderValue::try_from(format!("attachment; filename=\"{file_name}\""));
        Self::new(content_type, body, disposition.ok())
    }

    /// Immutable file, which browsers may cache without limit.
    pub fn immutable(content_type: &'static str, body: Bytes) -> Self {
        let mut contents = ResponseContents::new(content_type, body);
        contents.cache_control = "public, max-age=31536000, immutable";
        contents.vary = "Accept-Encoding";
        Self(Arc::new(contents))
    }

    fn new(content_type: &'static str, body: Bytes, disposition: Option<HeaderValue>) -> Self {
        let mut contents = ResponseContents::new(content_type, body);
        contents.disposition = disposition;
        Self(Arc::new(contents))
    }

    /// Uncompressed bytes.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// Media type with parameters.
    pub fn content_type(&self) -> &HeaderValue {
        &self.0.content_type
    }

    /// Weak entity tag. It is equal for equal bytes on every instance and in every encoding, so a browser can
    /// revalidate a page that it holds in another encoding.
    pub fn entity_tag(&self) -> &HeaderValue {
        &self.0.entity_tag
    }

    /// Response for one request: 304 if the client has these bytes, or else the body in the negotiated encoding.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let unchanged = matches_tag(request, &self.0.entity_tag);
        let (status, encoding, body) = if unchanged {
            (StatusCode::NOT_MODIFIED, ContentEncoding::Identity, Bytes::new())
        } else {
            let (encoding, body) = self.encoded(ContentEncoding::negotiate(request));
            (StatusCode::OK, encoding, body)
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.reserve(HEADER_CAPACITY);
        headers.insert(header::ETAG, self.0.entity_tag.clone());
        headers.insert(header::VARY, HeaderValue::from_static(self.0.vary));
        let cache_control = HeaderValue::from_static(self.0.cache_control);
        headers.insert(header::CACHE_CONTROL, cache_control);
        if !unchanged {
            headers.insert(header::CONTENT_TYPE, self.0.content_type.clone());
            if let Some(disposition) = &self.0.disposition {
                headers.insert(header::CONTENT_DISPOSITION, disposition.clone());
            }
            if let Some(token) = encoding.token() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(token));
            }
        }
        response
    }

    fn encoded(&self, wanted: ContentEncoding) -> (ContentEncoding, Bytes) {
        let contents = &*self.0;
        let encoded = match wanted {
            ContentEncoding::Brotli => &contents.brotli,
            ContentEncoding::Zstandard => &contents.zstandard,
            ContentEncoding::Gzip => &contents.gzip,
            ContentEncoding::Identity => return (wanted, contents.body.clone()),
        };
        if !contents.is_compressible() {
            return (ContentEncoding::Identity, contents.body.clone());
        }
        (wanted, encoded.get_or_init(|| wanted.encode(&contents.body)).clone())
    }
}

impl ResponseContents {
    fn new(content_type: &'static str, body: Bytes) -> Self {
        let digest = Uuid::new_v5(&Uuid::NAMESPACE_OID, &body).simple();
        let entity_tag = HeaderValue::try_from(format!("W/\"{digest}\""))
            .unwrap_or_else(|_| unreachable!("hexadecimal digits are a valid header value"));
        Self {
            content_type: HeaderValue::from_static(content_type),
            disposition: None,
            cache_control: "private, no-cache",
            vary: "Accept, Accept-Encoding",
            entity_tag,
            body,
            brotli: OnceLock::new(),
            zstandard: OnceLock::new(),
            gzip: OnceLock::new(),
        }
    }

    /// Workbooks, PDF files and images are compressed already.
    fn is_compressible(&self) -> bool {
        let content_type = self.content_type.as_bytes();
        let textual = content_type.starts_with(b"text/")
            || content_type.starts_with(b"application/json")
            || content_type.starts_with(b"image/svg");
        textual && self.body.len() >= MIN_COMPRESSED_BYTES
    }
}

/// Weak comparison, as RFC 9110 requires for `If-None-Match`.
fn matches_tag(request: &HeaderMap, entity_tag: &HeaderValue) -> bool {
    fn opaque(tag: &str) -> &str {
        tag.trim().trim_start_matches("W/")
    }
    let own = entity_tag.to_str().map(opaque).unwrap_or_default();
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || opaque(tag) == own)
}

fn attachment(sheet: &ExportSheet, extension: &str) -> HeaderValue {
    let name = sheet.safe_file_name();
    HeaderValue::try_from(format!("attachment; filename=\"{name}.{extension}\""))
        .unwrap_or_else(|_| unreachable!("a safe file name is plain ASCII"))
}
