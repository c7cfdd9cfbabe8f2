//! b1: what every page asks, beside axum with the same SQL in plain sqlx, and beside axum with the same bytes.

use std::time::Duration;

use anyhow::{Result, ensure};
use axum::body::Bytes;
use hyper::StatusCode;

use super::{Figure, Row, Target};
use crate::ceilings::web::{CONSTANT, WebCeiling};
use crate::load::http::Site;
use crate::load::samples::median;
use crate::load::visitors::{Asks, Browser, Loads, signed_in};
use crate::load::{Visitor, for_a_while, once_each};
use crate::plan::Bench;

/// Who is in the database for this.
pub const GROUP: (&str, usize) = ("b1", 256);

/// Clients at the same time.
const AT_ONCE: [usize; 3] = [1, 32, GROUP.1];
/// How often the ceiling and the application are measured, one after the other.
const ROUNDS: usize = 3;
/// How long, each time. Shorter than the ten seconds after which use is written down again.
const PHASE: Duration = Duration::from_millis(1_200);
/// The page that is loaded.
const PAGE: &str = "/profile/security";

/// What is asked.
#[derive(Clone, Copy, Debug)]
enum Request {
    Session,
    Security,
    Page,
}

impl Request {
    const ALL: [Self; 3] = [Self::Session, Self::Security, Self::Page];

    const fn name(self) -> &'static str {
        match self {
            Self::Session => "session check",
            Self::Security => "security call",
            Self::Page => "page load",
        }
    }

    const fn ceiling(self) -> &'static str {
        match self {
            Self::Session | Self::Security => "C3",
            Self::Page => "C2",
        }
    }
}

/// Everything that both servers are asked with.
struct Material {
    browsers: Vec<Browser>,
    /// What has to be in the answer of `security`.
    security: String,
    /// The page, as it is sent to browsers.
    page: Bytes,
}

/// Requests per second, by kind and by number of clients.
///
/// # Errors
/// A wrong answer.
pub async fn rows(bench: &Bench) -> Result<Vec<Row>> {
    let site = &bench.server.site;
    let page = page(site).await?;
    let file = bench.folder.join("page.html.br");
    std::fs::write(&file, &page)?;
    let ceiling = WebCeiling::start(bench.installation.file(), &file)?;
    let security = format!("\"password_changed_at\":{}", bench.password_changed_at.0);
    let material = Material { browsers: signed_in(site, GROUP.0, GROUP.1).await?, security, page };
    let mut rows = Vec::new();
    for request in Request::ALL {
        for clients in AT_ONCE {
            rows.push(row(site, &ceiling.site, &material, request, clients).await?);
        }
    }
    Ok(rows)
}

async fn row(
    site: &Site,
    ceiling: &Site,
    material: &Material,
    request: Request,
    clients: usize,
) -> Result<Row> {
    let (mut best, mut measured) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        best.push(rate(ceiling, CONSTANT, material, request, clients).await?);
        measured.push(rate(site, PAGE, material, request, clients).await?);
    }
    let plural = if clients == 1 { "client" } else { "clients" };
    Ok(Row::beside(
        "b1",
        format!("{}, {clients} {plural}", request.name()),
        Figure::PerSecond(median(&measured)),
        (request.ceiling(), Figure::PerSecond(median(&best))),
        Target::AtLeast(0.6),
    ))
}

async fn rate(
    site: &Site,
    path: &'static str,
    material: &Material,
    request: Request,
    clients: usize,
) -> Result<f64> {
    let browsers = &material.browsers[..clients];
    match request {
        Request::Session => {
            let mut visitors = Vec::with_capacity(clients);
            for browser in browsers {
                visitors.push(Asks::who_it_is(site, browser).await?);
            }
            phase(visitors).await
        }
        Request::Security => {
            let mut visitors = Vec::with_capacity(clients);
            for browser in browsers {
                visitors.push(Asks::new(site, browser, "/api/security", material.security.clone()).await?);
            }
            phase(visitors).await
        }
        Request::Page => {
            let mut visitors = Vec::with_capacity(clients);
            for _ in browsers {
                visitors.push(Loads::new(site, path, material.page.clone()).await?);
            }
            phase(visitors).await
        }
    }
}

/// The first request of each is not counted: it opens what is opened once, and writes down that the session is used.
async fn phase<V: Visitor>(mut visitors: Vec<V>) -> Result<f64> {
    once_each(&mut visitors).await?;
    Ok(for_a_while(&mut visitors, PHASE).await?.per_second())
}

/// The page as it is sent to browsers, after a look at what is in it.
async fn page(site: &Site) -> Result<Bytes> {
    let mut connection = site.connect().await?;
    connection.get(PAGE, "identity").await?.check(StatusCode::OK, "<title>Vestibule</title>")?;
    let reply = connection.get(PAGE, "br").await?;
    ensure!(
        reply.headers.get("content-encoding").is_some_and(|coding| coding == "br"),
        "the page is not compressed"
    );
    Ok(reply.body)
}
