//! The browser's files: in the program, or in a folder for development. Read once at the start.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use app::api::{ApiError, Code};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::Shared;
use super::failure::Failure;

/// What `make build` leaves in `dist/`. A debug build reads the folder when it starts instead.
#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../dist"]
#[allow_missing = true]
struct Embedded;

/// Where in `index.html` the static sign-in form begins and ends; it is shown on `/sign-in` only.
const SHELL: (&str, &str) = ("<!--sign-in-->", "<!--/sign-in-->");

/// A file as it is sent.
struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    content_type: &'static str,
    cache_control: &'static str,
}

/// Everything that is served besides the API.
pub(crate) struct Assets {
    files: HashMap<String, Asset>,
    /// `index.html` for `/sign-in`, with the form that is there before the program arrives.
    sign_in: Asset,
    /// `index.html` for every other page.
    page: Asset,
    script_hashes: Vec<String>,
}

impl Assets {
    /// Reads the files of `folder`, or of the program itself.
    ///
    /// # Errors
    /// A sentence, where there is no `index.html` or the folder cannot be read.
    pub(crate) fn load(folder: Option<&Path>, product: &str) -> Result<Self, String> {
        let mut raw = match folder {
            Some(folder) => read_folder(folder)?,
            None => Embedded::iter()
                .filter_map(|name| Some((name.to_string(), bytes(Embedded::get(&name)?.data))))
                .collect(),
        };
        let index = raw.remove("index.html").ok_or_else(|| match folder {
            Some(folder) => format!("there is no index.html in {}", folder.display()),
            None => "this program was built without the browser's files: run `make build`".to_owned(),
        })?;
        let index = String::from_utf8_lossy(&index).replace("{{product}}", &escape(product));
        let (before, form, after) = split_shell(&index)?;
        let sign_in = Asset::page(&format!("{before}{form}{after}"))?;
        let page = Asset::page(&format!("{before}{after}"))?;
        let script_hashes = inline_scripts(&index).map(csp_hash).collect();
        Ok(Self { files: with_encodings(raw), sign_in, page, script_hashes })
    }

    /// The CSP sources of the inline scripts of `index.html` (S36).
    pub(crate) fn script_hashes(&self) -> &[String] {
        &self.script_hashes
    }

    /// A file; for a path that is not one's name, the application, whose router knows the pages. A path with an
    /// extension, or below `/.well-known/`, is a file that is not there.
    fn find(&self, path: &str) -> Option<&Asset> {
        let name = path.trim_start_matches('/');
        let last = name.rsplit('/').next().unwrap_or_default();
        match self.files.get(name) {
            Some(file) => Some(file),
            None if last.contains('.') || name.starts_with(".well-known/") || name == ".well-known" => None,
            None if name == "sign-in" => Some(&self.sign_in),
            None => Some(&self.page),
        }
    }
}

/// Answers everything that is not the API.
pub(crate) async fn serve(State(shared): State<Shared>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Failure::new(Code::MethodNotAllowed, "Only GET is answered here.").into_response();
    }
    match shared.assets.find(request.uri().path()) {
        Some(asset) => asset.answer(request.headers()),
        None => Failure(ApiError::not_found()).into_response(),
    }
}

impl Asset {
    /// A page, compressed here because it is filled in here.
    fn page(html: &str) -> Result<Self, String> {
        let mut brotli = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
        brotli
            .write_all(html.as_bytes())
            .map_err(|error| format!("index.html cannot be compressed: {error}"))?;
        Ok(Self {
            plain: html.as_bytes().to_vec().into(),
            brotli: Some(brotli.into_inner().into()),
            gzip: None,
            content_type: "text/html; charset=utf-8",
            cache_control: "no-cache",
        })
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let accepted =
            headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepts = |name: &str| {
            let mut codings = accepted.split(',').map(|coding| coding.split(';').map(str::trim));
            codings.any(|mut coding| coding.next() == Some(name) && coding.next() != Some("q=0"))
        };
        let (bytes, encoding) = match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if accepts("br") => (brotli, Some("br")),
            (_, Some(gzip)) if accepts("gzip") => (gzip, Some("gzip")),
            _ => (&self.plain, None),
        };
        let mut response = Response::new(Body::from(bytes.clone()));
        *response.status_mut() = StatusCode::OK;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache_control));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

/// What is in the program is not copied.
fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    }
}

fn read_folder(folder: &Path) -> Result<HashMap<String, Bytes>, String> {
    let unreadable = |error| format!("the folder {} cannot be read: {error}", folder.display());
    let mut files = HashMap::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.file_type().map_err(unreadable)?.is_file() {
            let bytes = std::fs::read(entry.path()).map_err(unreadable)?;
            files.insert(entry.file_name().to_string_lossy().into_owned(), Bytes::from(bytes));
        }
    }
    Ok(files)
}

/// Puts `NAME.br` and `NAME.gz` to their `NAME`.
fn with_encodings(mut raw: HashMap<String, Bytes>) -> HashMap<String, Asset> {
    let names: Vec<String> =
        raw.keys().filter(|name| !name.ends_with(".br") && !name.ends_with(".gz")).cloned().collect();
    let mut files = HashMap::new();
    for name in names {
        let (brotli, gzip) = (raw.remove(&format!("{name}.br")), raw.remove(&format!("{name}.gz")));
        let Some(plain) = raw.remove(&name) else { continue };
        let cache_control =
            if is_hashed(&name) { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
        files.insert(
            name.clone(),
            Asset { plain, brotli, gzip, content_type: content_type(&name), cache_control },
        );
    }
    files
}

/// Whether Trunk has put a hash of the content into the name: `style-0123456789abcdef.css`.
fn is_hashed(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let hash = stem.trim_end_matches("_bg").rsplit('-').next().unwrap_or_default();
    hash.len() >= 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    }
}

fn split_shell(index: &str) -> Result<(&str, &str, &str), String> {
    let (before, rest) = index.split_once(SHELL.0).ok_or("index.html has no sign-in form")?;
    let (form, after) = rest.split_once(SHELL.1).ok_or("the sign-in form of index.html has no end")?;
    Ok((before, form, after))
}

/// The texts of `<script>` elements without `src`.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (text, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=")).then_some(text)
    })
}

fn csp_hash(script: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&Sha256::digest(script.as_bytes())))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "<html><title>{{product}}</title><body><!--sign-in--><form></form><!--/sign-in-->\
                         <script type=\"module\">go()</script><script src=\"/a.js\"></script></body></html>";

    fn assets(files: &[(&str, &str)]) -> Assets {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Assets::load(Some(folder.path()), "Gate & Co").unwrap()
    }

    fn text(asset: &Asset) -> String {
        String::from_utf8(asset.plain.to_vec()).unwrap()
    }

    #[test]
    fn the_sign_in_form_is_on_its_page_only_and_the_product_is_filled_in() {
        let assets = assets(&[("index.html", INDEX)]);
        assert!(text(assets.find("/sign-in").unwrap()).contains("<form>"));
        for path in ["/", "/profile/security", "/sign-in/app"] {
            let page = text(assets.find(path).unwrap());
            assert!(!page.contains("<form>") && page.contains("<title>Gate &amp; Co</title>"), "{path}");
        }
    }

    #[test]
    fn what_looks_like_a_file_and_is_none_is_not_found() {
        let assets = assets(&[("index.html", INDEX)]);
        for path in ["/favicon.ico", "/a/b.js", "/.well-known/anything", "/index.html.br", "/../Cargo.toml"] {
            assert!(assets.find(path).is_none(), "{path}");
        }
    }

    // S36: the hash of `go()`, computed with another program (openssl dgst -sha256 -binary | base64).
    #[test]
    fn only_inline_scripts_are_allowed_by_their_hash() {
        let assets = assets(&[("index.html", INDEX)]);
        assert_eq!(assets.script_hashes(), ["'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='"]);
    }

    #[test]
    fn hashed_names_are_kept_for_ever_and_others_for_an_hour() {
        let assets =
            assets(&[("index.html", INDEX), ("style-0123456789abcdef.css", "a"), ("favicon.svg", "b")]);
        assert!(assets.find("/style-0123456789abcdef.css").unwrap().cache_control.contains("immutable"));
        assert!(!assets.find("/favicon.svg").unwrap().cache_control.contains("immutable"));
        assert_eq!(assets.find("/").unwrap().cache_control, "no-cache");
    }

    #[test]
    fn a_folder_without_the_application_is_refused_with_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let error = Assets::load(Some(folder.path()), "Vestibule").err().unwrap();
        assert!(error.starts_with("there is no index.html in "), "{error}");
    }
}
