//! `OpenAPI` document of all routes, with two viewers.
//!
//! The routes write the document. A board adds a route with `api_route` and describes it next to the handler: query
//! parameters come from the type that the handler parses, responses from the value that it serialises ([`EndpointDocs`]).
//! What all routes share, such as the errors, is added once, in `document`.
//!
//! - `GET /openapi.json`: the document, `OpenAPI` 3.1
//! - `GET /docs`: Swagger UI, `GET /redoc`: `ReDoc`, both from bundled files (`viewer`)

pub(crate) mod document;
pub(crate) mod endpoint;
pub(crate) mod page;
pub mod parameters;
pub(crate) mod viewer_files;

pub use crate::{
    openapi::{
        document::{PROGRAM, RouteGroup, build_document},
        endpoint::{BodyKind, EndpointDocs},
        page::{OpenApiDocument, publish_document, router},
        viewer_files::ViewerFile,
    },
    routes::{OPENAPI_JSON, REDOC, SWAGGER_UI},
};
