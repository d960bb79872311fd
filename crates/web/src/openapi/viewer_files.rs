//! Bundled files of Swagger UI and `ReDoc`.

use crate::response::PrecompressedFile;

/// File of a viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewerFile {
    /// Script of Swagger UI.
    SwaggerScript,
    /// Style of Swagger UI.
    SwaggerStyle,
    /// Script of `ReDoc`.
    RedocScript,
}

impl ViewerFile {
    /// Every file.
    pub const ALL: [Self; 3] = [Self::SwaggerScript, Self::SwaggerStyle, Self::RedocScript];

    /// Last segment of the address; it contains the version.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::SwaggerScript => "swagger-ui-bundle.5.35.0.js",
            Self::SwaggerStyle => "swagger-ui.5.35.0.css",
            Self::RedocScript => "redoc.standalone.2.5.4.js",
        }
    }

    /// Path of the file.
    pub fn address(self) -> String {
        format!("{}/{}", crate::routes::VIEWER_FILES, self.file_name())
    }

    /// File with this name.
    pub fn find(file_name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|file| file.file_name() == file_name)
    }

    /// Content of the file.
    pub fn precompressed(self) -> PrecompressedFile {
        let (content_type, gzip): (_, &[u8]) = match self {
            Self::SwaggerScript => (SCRIPT, include_bytes!("vendor/swagger-ui/swagger-ui-bundle.js.gz")),
            Self::SwaggerStyle => (STYLE, include_bytes!("vendor/swagger-ui/swagger-ui.css.gz")),
            Self::RedocScript => (SCRIPT, include_bytes!("vendor/redoc/redoc.standalone.js.gz")),
        };
        PrecompressedFile { content_type, gzip }
    }
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_whole_and_found_under_its_own_name() {
        for (file, begin) in [
            (ViewerFile::SwaggerScript, "/*! For license information"),
            (ViewerFile::SwaggerStyle, ".swagger-ui"),
            (ViewerFile::RedocScript, "/*! For license information"),
        ] {
            assert_eq!(ViewerFile::find(file.file_name()), Some(file));
            let text = String::from_utf8(file.precompressed().decompressed().expect("gzip")).expect("text");
            assert!(text.starts_with(begin), "{file:?} begins with {:?}", &text[..40]);
            for other_host in ["cdn.redoc.ly", "fonts.googleapis.com", "unpkg.com"] {
                assert!(!text.contains(other_host), "{file:?} asks {other_host}");
            }
            // A browser would request the source map, which is not bundled.
            let mut lines = text.lines();
            assert!(
                lines.all(|line| !line.trim_start_matches(['/', '*']).starts_with("# sourceMappingURL=")),
                "{file:?}"
            );
        }
        assert_eq!(ViewerFile::find("swagger-ui-bundle.js"), None);
    }
}
