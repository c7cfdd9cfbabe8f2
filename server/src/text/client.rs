//! How a gateway is asked: one request on a connection of its own, by HTTP/1.1, in a time that is bounded.
//!
//! Text messages are few, so no connection is kept. No redirect is followed: what is sent is for the gateway alone.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, Request, StatusCode, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::config::Endpoint;

/// How long an exchange may take. The outbox waits longer, so that the log says who did not answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// Longest text of an answer that is read, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Asks one gateway.
pub(super) struct Client {
    endpoint: Endpoint,
    /// And the name that the certificate has to be good for; `None`: the connection does not leave this machine.
    tls: Option<(TlsConnector, ServerName<'static>)>,
    host: HeaderValue,
    patience: Duration,
}

/// What a gateway answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Empty where the answer is yes, which is believed without its text, and where the text is too long or breaks off.
    pub(super) body: Bytes,
}

impl Client {
    /// A client that connects when there is something to ask.
    ///
    /// # Errors
    /// A sentence about the file of `text_ca`, or about the host.
    pub(super) fn new(endpoint: Endpoint) -> Result<Self, String> {
        let server = endpoint.server();
        let unusable = || format!("{server} is not the name of a host");
        let host = HeaderValue::from_str(&endpoint.authority()).map_err(|_| unusable())?;
        let tls = if endpoint.secure {
            let name = ServerName::try_from(endpoint.host.clone()).map_err(|_| unusable())?;
            Some((tls(endpoint.ca.as_deref())?, name))
        } else {
            None
        };
        Ok(Self { endpoint, tls, host, patience: PATIENCE })
    }

    /// With another limit on an exchange.
    pub(super) fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Host and port, for sentences.
    pub(super) fn server(&self) -> String {
        self.endpoint.server()
    }

    /// The path of the endpoint, with its query.
    pub(super) fn path(&self) -> &str {
        &self.endpoint.path
    }

    /// Sends a request and gives the answer, or a sentence about why there is none.
    pub(super) async fn ask(&self, mut request: Request<Body>) -> Result<Answer, String> {
        request.headers_mut().insert(header::HOST, self.host.clone());
        request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static("Vestibule"));
        self.in_time(async {
            let stream = self.connect().await?;
            let answered = match &self.tls {
                None => exchange(stream, request).await,
                Some(tls) => exchange(self.secured(tls, stream).await?, request).await,
            };
            answered.map_err(|error| match innermost(&error) {
                _ if error.is_incomplete_message() => format!("{} closed the connection", self.server()),
                why => self.unusable(why),
            })
        })
        .await
    }

    /// Connects as for a request.
    pub(super) async fn reach(&self) -> Result<(), String> {
        self.in_time(async {
            let stream = self.connect().await?;
            if let Some(tls) = &self.tls {
                self.secured(tls, stream).await?;
            }
            Ok(())
        })
        .await
    }

    async fn in_time<T>(
        &self,
        exchange: impl Future<Output = Result<T, String>> + Send,
    ) -> Result<T, String> {
        tokio::time::timeout(self.patience, exchange).await.unwrap_or_else(|_| {
            Err(format!("{} did not answer within {} s", self.server(), self.patience.as_secs()))
        })
    }

    async fn connect(&self) -> Result<TcpStream, String> {
        let server = (self.endpoint.host.as_str(), self.endpoint.port);
        TcpStream::connect(server).await.map_err(|error| self.unusable(error))
    }

    async fn secured(
        &self,
        (connector, name): &(TlsConnector, ServerName<'static>),
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, String> {
        connector.connect(name.clone(), stream).await.map_err(|error| {
            let why = innermost(&error);
            if why.contains("invalid peer certificate") {
                format!("{} has a certificate that is not trusted: {why}", self.server())
            } else {
                self.unusable(why)
            }
        })
    }

    fn unusable(&self, why: impl Display) -> String {
        format!("{} cannot be used: {why}", self.server())
    }
}

async fn exchange<S>(stream: S, request: Request<Body>) -> Result<Answer, hyper::Error>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with this function, whichever way that ends.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = match head.status.is_success() {
        true => Bytes::new(),
        false => to_bytes(Body::new(body), LONGEST_ANSWER).await.unwrap_or_default(),
    };
    Ok(Answer { status: head.status, body })
}

/// TLS with the usual authorities, and those of a file.
fn tls(ca: Option<&Path>) -> Result<TlsConnector, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(file) = ca {
        add_authorities(&mut roots, file)?;
    }
    // Named, so that nothing depends on which one the process happens to have.
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    Ok(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
}

fn add_authorities(roots: &mut RootCertStore, file: &Path) -> Result<(), String> {
    let shown = file.display();
    let pem = std::fs::read(file).map_err(|error| format!("text_ca: {shown} cannot be read: {error}"))?;
    let none = || format!("text_ca: {shown} holds no certificate in the form PEM");
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|_| none())?;
    if certificates.is_empty() {
        return Err(none());
    }
    for certificate in certificates {
        roots.add(certificate).map_err(|error| format!("text_ca: {shown}: {error}"))?;
    }
    Ok(())
}

/// The error that the others are wrapped around.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let told = || Client::new(Endpoint::parse("https://texts.example.com", Some(file.clone())).unwrap());
        assert!(told().err().unwrap().contains("ca.pem cannot be read"));
        std::fs::write(&file, "no certificate").unwrap();
        assert!(told().err().unwrap().contains("ca.pem holds no certificate"));
    }
}
