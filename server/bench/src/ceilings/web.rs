//! C2 and C3: axum without Vestibule, in a process of its own as the measured server is, on the same database.
//!
//! C2 answers the bytes of a page. C3 answers the session check and the security page by the statements that
//! `Vestibule::identify` and `Vestibule::security` make for somebody who is signed in and has nothing else open: the
//! record by the hash of its token, the person, the memberships with their companies, and the methods; for the page
//! also the app and the recovery code that works. Each takes a connection of a pool, set up as the store's is.
//!
//! `security` counts as use, which is written down once in ten seconds. Here it is not: phases are shorter than that,
//! and every visitor asks once before they begin.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use sea_orm::sqlx::sqlite::{SqlitePoolOptions, SqliteRow};
use sea_orm::sqlx::{self, Row, SqlitePool, query};
use serde::Serialize;
use tokio::net::TcpListener;
use uuid::Uuid;
use vestibule_core::secret::Token;

use crate::database;
use crate::load::http::Site;
use crate::process::Running;

/// The argument that makes this program the ceiling's server; the database and the page's file follow it.
pub const COMMAND: &str = "ceiling";
/// Where C2 answers.
pub const CONSTANT: &str = "/constant";

const RECORD: &str = "SELECT id, user_id, token_hash, state, epoch, password_at, proved_at, proved_by, return_to, \
    browser_hash, address, browser, state_since, used_at, ended_at, ended_reason \
    FROM sessions WHERE token_hash = ? LIMIT 1";
const PERSON: &str = "SELECT id, email, name, time_zone, password_hash, password_changed_at, password_reset_at, \
    mfa_reset_at, suspended_at, last_full_session_at, created_at FROM users WHERE id = ? LIMIT 1";
const COMPANIES: &str = "SELECT m.company_id, m.user_id, m.role, m.payments_since, m.accepted_at, m.created_at, \
    c.id, c.slug, c.name, c.time_zone, c.mfa_required_from, c.voluntary_set_up, c.text_messages, c.policy_version, \
    c.members, c.members_with_method, c.created_at \
    FROM memberships m LEFT JOIN companies c ON m.company_id = c.id WHERE m.user_id = ?";
const METHODS: &str = "SELECT id, user_id, kind, sealed, key_id, last_step, number_index, country, added_at, \
    last_used_at, kept_in FROM methods WHERE user_id = ?";
const APP: &str = "SELECT id, user_id, kind, sealed, key_id, last_step, number_index, country, added_at, \
    last_used_at, kept_in FROM methods WHERE user_id = ? AND kind = ? LIMIT 1";
const RECOVERY_CODE: &str = "SELECT id, user_id, session_id, code_hash, created_at, acknowledged_at, consumed_at, \
    consumed_in, void_at FROM recovery_codes WHERE user_id = ? AND acknowledged_at IS NOT NULL \
    AND consumed_at IS NULL AND void_at IS NULL LIMIT 1";

/// The ceiling's server while it runs.
#[derive(Debug)]
pub struct WebCeiling {
    /// Where it is.
    pub site: Site,
    _process: Running,
}

#[derive(Clone)]
struct Shared {
    pool: SqlitePool,
    page: Bytes,
}

type Refusal = (StatusCode, String);

#[derive(Serialize)]
struct SessionAnswer {
    state: String,
    record: Uuid,
    person: PersonAnswer,
    companies: Vec<CompanyAnswer>,
    methods: Vec<String>,
    used_at: i64,
}

#[derive(Serialize)]
struct PersonAnswer {
    #[serde(skip)]
    id: Uuid,
    name: String,
    email: String,
    #[serde(skip)]
    password_changed_at: i64,
}

#[derive(Serialize)]
struct CompanyAnswer {
    name: String,
    role: String,
    mfa_required_from: Option<i64>,
    voluntary_set_up: bool,
}

#[derive(Serialize)]
struct SecurityAnswer {
    password_changed_at: i64,
    companies: Vec<CompanyAnswer>,
    app: Option<(i64, Option<i64>)>,
    recovery_code_since: Option<i64>,
}

impl WebCeiling {
    /// Starts this program again, as the ceiling's server.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(database: &Path, page: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(COMMAND).args([database, page]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = Running(command.spawn()?);
        let output = process.0.stdout.take().context("no standard output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let port = line.trim().parse::<u16>().context("the ceiling's server did not start")?;
        Ok(Self { site: Site::at(port)?, _process: process })
    }
}

/// Serves until it is killed. Writes its port to standard output.
///
/// # Errors
/// The database cannot be opened, or nothing listened on.
pub async fn serve(database: &Path, page: &Path) -> Result<()> {
    // The reader of `vestibule_core::store`.
    let pool = SqlitePoolOptions::new()
        .max_connections(8)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .connect_with(database::options(database))
        .await?;
    let page = Bytes::from(std::fs::read(page)?);
    let router = Router::new()
        .route(CONSTANT, get(constant))
        .route("/api/session", post(session))
        .route("/api/security", post(security))
        .with_state(Shared { pool, page });
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?.port())?;
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    Ok(axum::serve(listener, router).await?)
}

async fn constant(State(shared): State<Shared>) -> Bytes {
    shared.page
}

async fn session(
    State(shared): State<Shared>,
    headers: HeaderMap,
    _body: Bytes,
) -> Result<Json<SessionAnswer>, Refusal> {
    identify(&shared.pool, &headers).await.map(Json)
}

async fn security(
    State(shared): State<Shared>,
    headers: HeaderMap,
    _body: Bytes,
) -> Result<Json<SecurityAnswer>, Refusal> {
    let caller = identify(&shared.pool, &headers).await?;
    let app =
        query(APP).bind(caller.person.id).bind("app").fetch_optional(&shared.pool).await.map_err(failed)?;
    let code =
        query(RECOVERY_CODE).bind(caller.person.id).fetch_optional(&shared.pool).await.map_err(failed)?;
    Ok(Json(SecurityAnswer {
        password_changed_at: caller.person.password_changed_at,
        companies: caller.companies,
        app: app.map(|row| app_facts(&row)).transpose().map_err(failed)?,
        recovery_code_since: code.map(|row| row.try_get("acknowledged_at")).transpose().map_err(failed)?,
    }))
}

async fn identify(pool: &SqlitePool, headers: &HeaderMap) -> Result<SessionAnswer, Refusal> {
    let signed_out = || (StatusCode::UNAUTHORIZED, "signed out".to_owned());
    let token = token(headers).ok_or_else(signed_out)?;
    let row = query(RECORD).bind(token.hash()).fetch_optional(pool).await.map_err(failed)?;
    let row = row.ok_or_else(signed_out)?;
    let user: Uuid = row.try_get("user_id").map_err(failed)?;
    let person =
        query(PERSON).bind(user).fetch_optional(pool).await.map_err(failed)?.ok_or_else(signed_out)?;
    let companies = query(COMPANIES).bind(user).fetch_all(pool).await.map_err(failed)?;
    let methods = query(METHODS).bind(user).fetch_all(pool).await.map_err(failed)?;
    answer(&row, &person, &companies, &methods).map_err(failed)
}

fn answer(
    record: &SqliteRow,
    person: &SqliteRow,
    companies: &[SqliteRow],
    methods: &[SqliteRow],
) -> sqlx::Result<SessionAnswer> {
    Ok(SessionAnswer {
        state: record.try_get("state")?,
        record: record.try_get("id")?,
        used_at: record.try_get("used_at")?,
        person: PersonAnswer {
            id: person.try_get("id")?,
            name: person.try_get("name")?,
            email: person.try_get("email")?,
            password_changed_at: person.try_get("password_changed_at")?,
        },
        companies: companies.iter().map(company).collect::<sqlx::Result<_>>()?,
        methods: methods.iter().map(|row| row.try_get("kind")).collect::<sqlx::Result<_>>()?,
    })
}

fn company(row: &SqliteRow) -> sqlx::Result<CompanyAnswer> {
    Ok(CompanyAnswer {
        name: row.try_get("name")?,
        role: row.try_get("role")?,
        mfa_required_from: row.try_get("mfa_required_from")?,
        voluntary_set_up: row.try_get("voluntary_set_up")?,
    })
}

/// When it was set up, and last used.
fn app_facts(row: &SqliteRow) -> sqlx::Result<(i64, Option<i64>)> {
    Ok((row.try_get("added_at")?, row.try_get("last_used_at")?))
}

/// The token of the session's cookie.
fn token(headers: &HeaderMap) -> Option<Token> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == "vestibule-session")?;
    Token::parse(value)
}

fn failed(error: sqlx::Error) -> Refusal {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}
