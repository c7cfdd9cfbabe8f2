//! HTTP as a browser speaks it: one connection that is kept, cookies, and the headers of a page's own calls.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// What the visitors' browser calls itself.
const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
/// How long an answer may take; the server itself gives up before.
const PATIENCE: Duration = Duration::from_secs(40);
/// Bytes of a wrong answer that are shown.
const EXCERPT: usize = 300;

/// Where a server of this machine is.
#[derive(Clone, Debug)]
pub struct Site {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// Its public URL, which is the origin of its pages.
    pub url: String,
    host: HeaderValue,
    origin: HeaderValue,
}

/// A connection, which stays open between two requests.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    site: Site,
}

/// The cookies of a browser.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    values: BTreeMap<String, String>,
    header: Option<HeaderValue>,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as it came.
    pub body: Bytes,
}

impl Site {
    /// The server at this port.
    ///
    /// # Errors
    /// None that can happen: a port makes a header.
    pub fn at(port: u16) -> Result<Self> {
        let url = format!("http://localhost:{port}");
        Ok(Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            host: HeaderValue::from_str(&format!("localhost:{port}"))?,
            origin: HeaderValue::from_str(&url)?,
            url,
        })
    }

    /// A place for a server at a port that nobody listens on.
    ///
    /// # Errors
    /// What the system says.
    pub fn free() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        Self::at(listener.local_addr()?.port())
    }

    /// Connects.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn connect(&self) -> Result<Connection> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // How it ended is seen by whoever sends the next request.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Connection { sender, site: self.clone() })
    }
}

impl Connection {
    /// Calls a server function as the pages do.
    ///
    /// # Errors
    /// No answer.
    pub async fn post(&mut self, path: &str, cookies: &Cookies, body: Bytes) -> Result<Reply> {
        let mut request = Request::post(path)
            .header(header::HOST, &self.site.host)
            .header(header::ORIGIN, &self.site.origin)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::ACCEPT_ENCODING, "gzip, deflate, br, zstd")
            .header(header::USER_AGENT, BROWSER);
        if let Some(cookies) = &cookies.header {
            request = request.header(header::COOKIE, cookies);
        }
        self.send(request.body(Full::new(body))?).await
    }

    /// Loads a page or a file; `encoding` is what the browser unpacks.
    ///
    /// # Errors
    /// No answer.
    pub async fn get(&mut self, path: &str, encoding: &str) -> Result<Reply> {
        let request = Request::get(path)
            .header(header::HOST, &self.site.host)
            .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(header::ACCEPT_ENCODING, encoding)
            .header(header::USER_AGENT, BROWSER);
        self.send(request.body(Full::default())?).await
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Reply> {
        let exchange = async {
            self.sender.ready().await?;
            let (parts, body) = self.sender.send_request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, anyhow::Error>(Reply { status: parts.status, headers: parts.headers, body })
        };
        tokio::time::timeout(PATIENCE, exchange).await.context("no answer came")?
    }
}

impl Cookies {
    /// Keeps what an answer has set.
    ///
    /// # Errors
    /// A cookie that is none.
    pub fn keep(&mut self, headers: &HeaderMap) -> Result<()> {
        let mut set = headers.get_all(header::SET_COOKIE).iter().peekable();
        if set.peek().is_none() {
            return Ok(());
        }
        for cookie in set {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').context("a cookie without a name")?;
            if value.is_empty() {
                self.values.remove(name);
            } else {
                self.values.insert(name.to_owned(), value.to_owned());
            }
        }
        let pairs: Vec<String> = self.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let header = (!pairs.is_empty()).then(|| HeaderValue::from_str(&pairs.join("; ")));
        self.header = header.transpose()?;
        Ok(())
    }
}

impl Reply {
    /// Checks that the answer has this status, and this in its body.
    ///
    /// # Errors
    /// It has not.
    pub fn check(&self, status: StatusCode, part: &str) -> Result<()> {
        if self.status == status && str::from_utf8(&self.body).is_ok_and(|text| text.contains(part)) {
            return Ok(());
        }
        let start = &self.body[..self.body.len().min(EXCERPT)];
        bail!("{} where {status} with {part} was due: {}", self.status, String::from_utf8_lossy(start))
    }

    /// The answer of a call that worked.
    ///
    /// # Errors
    /// It did not.
    pub fn json(&self) -> Result<Value> {
        self.check(StatusCode::OK, "")?;
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The same, of a step that leads to this state of the sign-in.
    ///
    /// # Errors
    /// It leads elsewhere.
    pub fn state(&self, state: &str) -> Result<Value> {
        let view = self.json()?;
        ensure!(view["state"] == state, "a step led to {} instead of {state}", view["state"]);
        Ok(view)
    }
}
