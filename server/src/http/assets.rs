//! The browser's files: in the program, or in a folder for development. Read once at the start.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use app::api::{ApiError, Code};
use app::route::Program;
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

/// The pages of the two programs.
const PAGES: (&str, &str) = ("index.html", "house.html");

/// Where in the door's page the static sign-in form begins and ends; it is shown on `/sign-in` only.
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
    /// The door's page for `/sign-in`, with the form that is there before the program arrives.
    sign_in: Asset,
    /// The door's page for every other address of its program.
    door: Asset,
    /// The page of everything behind the doors.
    house: Asset,
    script_hashes: Vec<String>,
}

impl Assets {
    /// Reads the files of `folder`, or of the program itself.
    ///
    /// # Errors
    /// A sentence, where a page is missing or the folder cannot be read.
    pub(crate) fn load(folder: Option<&Path>, product: &str) -> Result<Self, String> {
        let mut raw = match folder {
            Some(folder) => read_folder(folder)?,
            None => Embedded::iter()
                .filter_map(|name| Some((name.to_string(), bytes(Embedded::get(&name)?.data))))
                .collect(),
        };
        let mut page = |name: &str| -> Result<String, String> {
            let html = raw.remove(name).ok_or_else(|| match folder {
                Some(folder) => format!("there is no {name} in {}", folder.display()),
                None => "this program was built without the browser's files: run `make build`".to_owned(),
            })?;
            Ok(String::from_utf8_lossy(&html).replace("{{product}}", &escape(product)))
        };
        let (door, house) = (page(PAGES.0)?, page(PAGES.1)?);
        let script_hashes = inline_scripts(&door).chain(inline_scripts(&house)).map(csp_hash).collect();
        let (before, form, after) = split_shell(&door)?;
        Ok(Self {
            files: with_encodings(raw),
            sign_in: Asset::page(&format!("{before}{form}{after}"))?,
            door: Asset::page(&format!("{before}{after}"))?,
            house: Asset::page(&house)?,
            script_hashes,
        })
    }

    /// The CSP sources of the inline scripts of the pages (S36).
    pub(crate) fn script_hashes(&self) -> &[String] {
        &self.script_hashes
    }

    /// A file; for a path that is not one's name, the page of the program that knows what is there. A path with an
    /// extension, or below `/.well-known/`, is a file that is not there.
    fn find(&self, path: &str) -> Option<&Asset> {
        let name = path.trim_start_matches('/');
        let last = name.rsplit('/').next().unwrap_or_default();
        match self.files.get(name) {
            Some(file) => Some(file),
            None if last.contains('.') || name.starts_with(".well-known/") || name == ".well-known" => None,
            None if name == "sign-in" => Some(&self.sign_in),
            None => Some(match Program::of(path) {
                Program::Door => &self.door,
                Program::House => &self.house,
            }),
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
        brotli.write_all(html.as_bytes()).map_err(|error| format!("a page cannot be compressed: {error}"))?;
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
    const HOUSE: &str =
        "<html><title>{{product}}</title><body><script type=\"module\">enter()</script></body></html>";

    /// The two pages, and these files beside them.
    fn assets(files: &[(&str, &str)]) -> Assets {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("index.html", INDEX), ("house.html", HOUSE)].iter().chain(files) {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Assets::load(Some(folder.path()), "Gate & Co").unwrap()
    }

    fn text(asset: &Asset) -> String {
        String::from_utf8(asset.plain.to_vec()).unwrap()
    }

    #[test]
    fn the_sign_in_form_is_on_its_page_only_and_the_product_is_filled_in() {
        let assets = assets(&[]);
        assert!(text(assets.find("/sign-in").unwrap()).contains("<form>"));
        for path in ["/", "/nowhere", "/sign-in/app", "/profile/security"] {
            let page = text(assets.find(path).unwrap());
            assert!(!page.contains("<form>") && page.contains("<title>Gate &amp; Co</title>"), "{path}");
        }
    }

    #[test]
    fn each_address_has_the_page_of_its_program() {
        let assets = assets(&[]);
        for path in ["/", "/sign-in", "/sign-in/challenge", "/nowhere"] {
            assert!(text(assets.find(path).unwrap()).contains("go()"), "{path}");
        }
        for path in ["/profile", "/sign-in/app", "/companies/harbour/security"] {
            assert!(text(assets.find(path).unwrap()).contains("enter()"), "{path}");
        }
    }

    #[test]
    fn what_looks_like_a_file_and_is_none_is_not_found() {
        let assets = assets(&[]);
        for path in ["/favicon.ico", "/a/b.js", "/.well-known/anything", "/house.html", "/../Cargo.toml"] {
            assert!(assets.find(path).is_none(), "{path}");
        }
    }

    // S36: the hashes of `go()` and `enter()`, computed with another program (openssl dgst -sha256 -binary | base64).
    #[test]
    fn only_inline_scripts_are_allowed_by_their_hash() {
        let hashes = [
            "'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='",
            "'sha256-KGRxv/dex/iuHSlKPWTcB5LvOGmpk/IxwXZt0JQlhJM='",
        ];
        assert_eq!(assets(&[]).script_hashes(), hashes);
    }

    #[test]
    fn hashed_names_are_kept_for_ever_and_others_for_an_hour() {
        let assets = assets(&[("style-0123456789abcdef.css", "a"), ("favicon.svg", "b")]);
        assert!(assets.find("/style-0123456789abcdef.css").unwrap().cache_control.contains("immutable"));
        assert!(!assets.find("/favicon.svg").unwrap().cache_control.contains("immutable"));
        assert_eq!(assets.find("/").unwrap().cache_control, "no-cache");
    }

    #[test]
    fn a_folder_without_the_application_is_refused_with_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("index.html", INDEX), ("house.html", HOUSE)] {
            let error = Assets::load(Some(folder.path()), "Vestibule").err().unwrap();
            assert!(error.starts_with(&format!("there is no {name} in ")), "{error}");
            std::fs::write(folder.path().join(name), text).unwrap();
        }
    }
}
