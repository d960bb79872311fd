//! OpenAPI document of all routes, with two viewers.
//!
//! The routes write the document. A board adds a route with `api_route` and describes it next to the handler: query
//! parameters come from the type that the handler parses, responses from the value that it serialises ([`Endpoint`]).
//! What all routes share, such as the errors, is added once, in `document`.
//!
//! - `GET /openapi.json`: the document, OpenAPI 3.1
//! - `GET /docs`: Swagger UI, `GET /redoc`: ReDoc, both from bundled files (`viewer`)

mod document;
mod endpoint;
mod pages;
mod viewer;

pub use document::described;
pub use endpoint::{Body, Endpoint};
pub use pages::{DOCS, DOCUMENT, Document, REDOC, publish, router};
pub use viewer::ViewerFile;
