//! A browser as far as the server sees it: cookies, an origin, JSON calls.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use domain::Timestamp;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tower::ServiceExt;

use super::{PASSWORD, code};

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Reply {
    /// The record that the forms of the sign-in carry.
    pub fn record(&self) -> String {
        self.json["record"].as_str().expect("an answer with a record").to_owned()
    }

    /// The set-up that its forms carry.
    #[track_caller]
    pub fn flow(&self) -> String {
        self.json["flow"].as_str().expect(&self.text).to_owned()
    }

    pub fn error(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// Asserts a refusal with this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status.as_u16(), self.error()), (status, code), "{}", self.text);
        self
    }

    /// Asserts an answer that is no failure.
    #[track_caller]
    pub fn answered(&self) -> &Self {
        assert_eq!(self.status.as_u16(), 200, "{}", self.text);
        self
    }

    /// Asserts an answer in this state.
    #[track_caller]
    pub fn state(&self, state: &str) -> &Self {
        assert_eq!((self.status.as_u16(), self.json["state"].as_str()), (200, Some(state)), "{}", self.text);
        self
    }
}

/// How a browser reaches the application.
#[derive(Clone)]
enum Way {
    Router(Router),
    Tcp(u16),
}

/// A browser. A clone is another one with the same cookies.
#[derive(Clone)]
pub struct Browser {
    way: Way,
    pub cookies: BTreeMap<String, String>,
    /// What it calls itself.
    pub agent: &'static str,
    origin: String,
}

/// What a browser calls itself unless a test says otherwise.
const AGENT: &str = "Mozilla/5.0 (test)";

impl Browser {
    pub fn new(router: Router, origin: &str) -> Self {
        let origin = origin.to_owned();
        Self { way: Way::Router(router), cookies: BTreeMap::new(), agent: AGENT, origin }
    }

    /// A browser that talks to the program on a port of this machine.
    pub fn over_tcp(port: u16) -> Self {
        let origin = format!("http://localhost:{port}");
        Self { way: Way::Tcp(port), cookies: BTreeMap::new(), agent: AGENT, origin }
    }

    /// The same browser when the program serves on another port.
    pub fn moved_to(&self, port: u16) -> Self {
        Self { cookies: self.cookies.clone(), ..Self::over_tcp(port) }
    }

    /// Calls a server function as the application's own pages do.
    pub async fn call(&mut self, function: &str, body: Value) -> Reply {
        let request = self.request(function).body(Body::from(body.to_string())).unwrap();
        self.send(request).await
    }

    /// The beginning of a call: method, origin, media types, cookies.
    pub fn request(&self, function: &str) -> axum::http::request::Builder {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Request::builder()
            .method(Method::POST)
            .uri(format!("/api/{function}"))
            .header(header::ORIGIN, &self.origin)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, self.agent)
            .header(header::COOKIE, cookies.join("; "))
    }

    /// Sends a request and keeps the cookies of the answer.
    pub async fn send(&mut self, request: Request<Body>) -> Reply {
        self.try_send(request).await.expect("an answer")
    }

    /// Calls a server function; nothing where the server went away before it had answered.
    pub async fn try_call(&mut self, function: &str, body: Value) -> Option<Reply> {
        let request = self.request(function).body(Body::from(body.to_string())).unwrap();
        self.try_send(request).await
    }

    async fn try_send(&mut self, mut request: Request<Body>) -> Option<Reply> {
        let response = match &self.way {
            Way::Router(router) => {
                request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 50_000))));
                router.clone().oneshot(request).await.unwrap()
            }
            Way::Tcp(port) => over_tcp(*port, request).await?,
        };
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Some(Reply { status: parts.status, headers: parts.headers, text, json })
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Moves the clock of the program forward.
    pub async fn advance(&mut self, seconds: i64) {
        let body = json!({ "advance_s": seconds }).to_string();
        let request = Request::post("/test/clock").header(header::CONTENT_TYPE, "application/json");
        assert_eq!(self.send(request.body(Body::from(body)).unwrap()).await.status, StatusCode::OK);
    }

    pub async fn session(&mut self) -> Reply {
        self.call("session", json!({})).await
    }

    pub async fn sign_in(&mut self, email: &str) -> Reply {
        self.sign_in_with(email, PASSWORD).await
    }

    pub async fn sign_in_with(&mut self, email: &str, password: &str) -> Reply {
        self.call("sign_in", json!({ "email": email, "password": password, "return_to": null })).await
    }

    pub async fn challenge(&mut self, record: &str, code: &str) -> Reply {
        self.call("challenge_app", json!({ "record": record, "code": code })).await
    }

    /// Sets up an app at sign-in; gives its key.
    pub async fn set_up_app(&mut self, record: String, now: Timestamp) -> String {
        let set_up = self.call("start_app_set_up", json!({ "record": record })).await;
        let (flow, key) = flow_and_key(&set_up);
        let confirmed = self.call("confirm_app", json!({ "flow": flow, "code": code(&key, now) })).await;
        confirmed.state("save_code");
        key
    }

    /// Saves the recovery code that is asked for; gives it.
    pub async fn save_recovery_code(&mut self) -> String {
        let staged = self.call("stage_recovery_code", json!({})).await;
        assert_eq!(staged.status, 200, "{}", staged.text);
        self.call("acknowledge_recovery_code", json!({ "id": staged.json["id"] })).await.state("full");
        staged.json["code"].as_str().unwrap().to_owned()
    }

    /// Spends the recovery code at the second door.
    pub async fn recover(&mut self, record: &str, code: &str) -> Reply {
        self.call("use_recovery_code", json!({ "record": record, "code": code })).await
    }

    /// Ends a recovery in which these methods are to be removed.
    pub async fn finish_recovery(&mut self, removing: &[&str]) -> Reply {
        let record = self.session().await.record();
        self.call("finish_recovery", json!({ "record": record, "removing": removing })).await
    }

    /// Gives the password of a step-up.
    pub async fn step_up_password(&mut self) -> Reply {
        let record = self.session().await.record();
        self.call("step_up_password", json!({ "record": record, "password": PASSWORD })).await
    }

    /// Proves the app in a step-up.
    pub async fn step_up_app(&mut self, code: &str) -> Reply {
        let record = self.session().await.record();
        self.call("step_up_app", json!({ "record": record, "code": code })).await
    }

    /// Asks for a new recovery code in the profile.
    pub async fn request_recovery_code(&mut self) -> Reply {
        let record = self.session().await.record();
        self.call("request_recovery_code", json!({ "record": record })).await
    }

    /// Asks for a link for a forgotten password.
    pub async fn forgot_password(&mut self, email: &str) -> Reply {
        self.call("request_password_reset", json!({ "email": email })).await
    }

    /// Opens a mailed link, which does not spend it.
    pub async fn open_link(&mut self, kind: &str, token: &str) -> Reply {
        self.call("link", json!({ "kind": kind, "token": token })).await
    }

    /// Sets a password with a mailed link.
    pub async fn reset_password(&mut self, token: &str, new: &str) -> Reply {
        self.call("reset_password", json!({ "token": token, "new": new })).await
    }

    /// Changes the password in the profile.
    pub async fn change_password(&mut self, current: &str, new: &str) -> Reply {
        let record = self.session().await.record();
        let body = json!({ "record": record, "current": current, "new": new });
        self.call("change_password", body).await
    }

    /// Removes the app in the profile.
    pub async fn remove_app(&mut self) -> Reply {
        let record = self.session().await.record();
        self.call("remove_method", json!({ "record": record, "kind": "app" })).await
    }

    /// Removes the phone number in the profile.
    pub async fn remove_phone(&mut self) -> Reply {
        let record = self.session().await.record();
        self.call("remove_method", json!({ "record": record, "kind": "phone" })).await
    }

    /// Opens a set-up in the profile with the password.
    pub async fn open_set_up(&mut self) -> Reply {
        let record = self.session().await.record();
        self.call("open_app_set_up", json!({ "record": record, "password": PASSWORD })).await
    }
}

/// Sends a request on a connection of its own.
async fn over_tcp(port: u16, mut request: Request<Body>) -> Option<Response<Body>> {
    request.headers_mut().insert(header::HOST, HeaderValue::from_static("localhost"));
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    Some(sender.send_request(request).await.ok()?.map(Body::new))
}

/// The flow and the key of a set-up that shows one.
#[track_caller]
pub fn flow_and_key(set_up: &Reply) -> (String, String) {
    let key = set_up.json["step"]["confirm"]["key"].as_str();
    (set_up.json["flow"].as_str().expect(&set_up.text).to_owned(), key.expect(&set_up.text).to_owned())
}
