//! What programs are told of the addresses: one OpenAPI document, and two pages to read it on.
//!
//! The document is written by the routes themselves. A board adds an address with `api_route`, and beside the handler stands
//! what it is told of: query parameters come from the type the handler reads, answers from the value it serialises
//! ([`Endpoint`]). What every address has in common, such as the errors, is added once, in `document`.
//!
//! - `GET /openapi.json`: the document, OpenAPI 3.1
//! - `GET /docs`: Swagger UI, `GET /redoc`: ReDoc, both from files that come with the program (`viewer`)

mod document;
mod endpoint;
mod pages;
mod viewer;

pub use document::described;
pub use endpoint::{Body, Endpoint};
pub use pages::{DOCS, DOCUMENT, Document, REDOC, publish, router};
pub use viewer::ViewerFile;
