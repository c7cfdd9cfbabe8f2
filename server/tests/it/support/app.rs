//! An application with a database of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use domain::{Email, MINUTE, OutboxId, Role, SECOND, SessionLimits, Timestamp};
use sea_orm::{ConnectionTrait, Database};
use server::application::{Application, Environment};
use server::config::{Config, Mail, Proxies, PublicUrl, Text};
use tempfile::TempDir;
use vestibule_core::clock::Clock;
use vestibule_core::keys::Keys;
use vestibule_core::outbox::{Message, SendError, Sender};
use vestibule_core::random::SystemRandomness;
use vestibule_core::secret::Password;
use vestibule_core::store::Store;
use vestibule_core::{NewCompany, Settings, Vestibule};

use super::{Browser, Reply, code};

/// Everybody's password in the tests.
pub const PASSWORD: &str = "correct-horse-battery";
/// What somebody changes it to.
pub const NEW_PASSWORD: &str = "velvet-anchor-72-moss";

/// Monday 2 March 2026, 07:00 UTC.
const START: Timestamp = Timestamp(1_772_434_800_000);

/// A clock that stands still until a test moves it.
pub struct StandingClock(AtomicI64);

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Keeps messages, or fails to send them.
#[derive(Default)]
pub struct Mailbox {
    pub messages: Mutex<Vec<Message>>,
    pub down: std::sync::atomic::AtomicBool,
}

#[async_trait::async_trait]
impl Sender for Mailbox {
    async fn send(&self, _: OutboxId, message: &Message) -> Result<(), SendError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(SendError::Later("the gateway is down".to_owned()));
        }
        self.messages.lock().unwrap().push(message.clone());
        Ok(())
    }
}

/// How an application is configured.
pub struct Options {
    pub public_url: &'static str,
    pub proxies: &'static str,
    pub session_limits: SessionLimits,
    pub text: Text,
    pub texts_per_country_a_day: u32,
    pub texts_a_day: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            public_url: "http://localhost:3000",
            proxies: "",
            session_limits: SessionLimits::default(),
            text: Text::Terminal,
            texts_per_country_a_day: 5_000,
            texts_a_day: 20_000,
        }
    }
}

/// A running application.
pub struct App {
    pub vestibule: Vestibule,
    pub router: Router,
    pub clock: Arc<StandingClock>,
    pub mailbox: Arc<Mailbox>,
    pub origin: String,
    pub config: Config,
    keys: Arc<str>,
    folder: Arc<TempDir>,
}

impl App {
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    pub async fn start_with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        Self::start_on(database, folder, options).await
    }

    /// With a database of its own on a PostgreSQL server.
    pub async fn start_on_server(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = database_on(url, &folder).await;
        Self::start_on(database, folder, Options::default()).await
    }

    async fn start_on(database: String, folder: TempDir, options: Options) -> Self {
        let text_available = !matches!(options.text, Text::None);
        let config = Config {
            database,
            keys: PathBuf::new(),
            public_url: PublicUrl::parse(options.public_url).unwrap(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            metrics_listen: None,
            proxies: Proxies::parse(options.proxies).unwrap(),
            mail: Mail::Terminal,
            text: options.text,
            drain: Duration::ZERO,
            dist: Some(dist(&folder)),
            settings: Settings {
                product: "Vestibule".to_owned(),
                public_url: options.public_url.to_owned(),
                support: Some("help@example.com".to_owned()),
                session_limits: options.session_limits,
                payments_countries: vec!["US".to_owned()],
                text_available,
                text_countries: vec!["US".to_owned(), "DE".to_owned()],
                texts_per_country_a_day: options.texts_per_country_a_day,
                texts_a_day: options.texts_a_day,
            },
        };
        let clock = Arc::new(StandingClock(AtomicI64::new(START.0)));
        let keys = Keys::generate(&SystemRandomness).as_str().into();
        Self::build(config, clock, Arc::default(), keys, Arc::new(folder)).await
    }

    /// Another instance of the application on the same database, with the same clock.
    pub async fn another_instance(&self) -> Self {
        let (clock, mailbox) = (self.clock.clone(), self.mailbox.clone());
        Self::build(self.config.clone(), clock, mailbox, self.keys.clone(), self.folder.clone()).await
    }

    /// Another instance whose clock is ahead by so many seconds.
    pub async fn instance_ahead_by(&self, seconds: i64) -> Self {
        let clock = Arc::new(StandingClock(AtomicI64::new(self.now().0 + seconds * SECOND)));
        let (config, folder) = (self.config.clone(), self.folder.clone());
        Self::build(config, clock, self.mailbox.clone(), self.keys.clone(), folder).await
    }

    /// Another instance whose key file has one more sealing key.
    pub async fn with_another_key(&self) -> Self {
        let keys = format!("{}{}", self.keys, *Keys::generate_sealing(&SystemRandomness, 2));
        let (clock, mailbox) = (self.clock.clone(), self.mailbox.clone());
        Self::build(self.config.clone(), clock, mailbox, keys.into(), self.folder.clone()).await
    }

    /// The application after it was stopped and started again.
    pub async fn restarted(self) -> Self {
        self.vestibule.store().clone().close().await.unwrap();
        Self::build(self.config, self.clock, self.mailbox, self.keys, self.folder).await
    }

    async fn build(
        config: Config,
        clock: Arc<StandingClock>,
        mailbox: Arc<Mailbox>,
        keys: Arc<str>,
        folder: Arc<TempDir>,
    ) -> Self {
        let environment = Environment {
            clock: clock.clone(),
            random: Arc::new(SystemRandomness),
            sender: mailbox.clone(),
            password_workers: NonZero::new(2),
            movable: Arc::default(),
        };
        let origin = config.public_url.origin().to_owned();
        let store = Store::open(&config.database).await.unwrap();
        let application =
            Application::build(&config, store, Keys::parse(&keys).unwrap(), environment).await.unwrap();
        let (vestibule, router) = (application.vestibule, application.router);
        Self { vestibule, router, clock, mailbox, origin, config, keys, folder }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock by so many seconds.
    pub fn advance(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * SECOND, Ordering::SeqCst);
    }

    /// Moves the clock on to where an app shows its next code.
    pub fn next_step(&self) {
        self.advance(30);
    }

    pub fn advance_minutes(&self, minutes: i64) {
        self.advance(minutes * (MINUTE / SECOND));
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), &self.origin)
    }

    pub async fn add_user(&self, email: &str) {
        let address = Email::parse(email).unwrap();
        let password = Password::chosen(PASSWORD.to_owned()).unwrap();
        self.vestibule.add_user(&address, "Anna Berg", password).await.unwrap();
    }

    /// A company in Berlin, with these members.
    pub async fn add_company(&self, slug: &str, members: &[&str]) {
        let new = NewCompany {
            slug: slug.to_owned(),
            name: slug.to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
        };
        self.vestibule.add_company(&new).await.unwrap();
        for member in members {
            self.add_member(slug, member, Role::Member).await;
        }
    }

    pub async fn add_member(&self, slug: &str, email: &str, role: Role) {
        self.vestibule.add_member(slug, &Email::parse(email).unwrap(), role, false).await.unwrap();
    }

    /// A person whose company requires MFA since now, and a browser at the state that follows the password.
    pub async fn enrolling(&self, email: &str) -> (Browser, Reply) {
        self.add_user(email).await;
        self.add_company(&slug_of(email), &[email]).await;
        self.vestibule.require_mfa(&slug_of(email), Some("now")).await.unwrap();
        let mut browser = self.browser();
        let reply = browser.sign_in(email).await;
        assert_eq!(reply.json["state"], "enrol_only");
        (browser, reply)
    }

    /// A person with an authenticator app and a recovery code, signed in; and the app's key. The clock has moved
    /// on to the app's next code.
    pub async fn enrolled(&self, email: &str) -> (Browser, String) {
        let (browser, key, _) = self.enrolled_with_code(email).await;
        (browser, key)
    }

    /// As [`App::enrolled`], with the recovery code besides.
    pub async fn enrolled_with_code(&self, email: &str) -> (Browser, String, String) {
        let (mut browser, reply) = self.enrolling(email).await;
        let key = browser.set_up_app(reply.record(), self.now()).await;
        let recovery_code = browser.save_recovery_code().await;
        self.next_step();
        (browser, key, recovery_code)
    }

    /// A browser at the challenge of a person who has an app.
    pub async fn challenged(&self, email: &str) -> (Browser, Reply) {
        let mut browser = self.browser();
        let reply = browser.sign_in(email).await;
        assert_eq!(reply.json["state"], "challenge");
        (browser, reply)
    }

    /// The keys of its key file.
    pub fn keys(&self) -> Keys {
        Keys::parse(&self.keys).unwrap()
    }

    /// The present code of an app.
    pub fn code(&self, key: &str) -> String {
        code(key, self.now())
    }

    /// Sends what is in the outbox; gives everything that was sent so far.
    pub async fn messages(&self) -> Vec<Message> {
        self.vestibule.send_due(&*self.mailbox).await.unwrap();
        self.mailbox.messages.lock().unwrap().clone()
    }

    /// As [`App::messages`], as (recipient, subject, text).
    pub async fn mail(&self) -> Vec<(String, String, String)> {
        self.messages().await.into_iter().map(|mail| (mail.to, mail.subject, mail.body)).collect()
    }

    /// The tokens of the links to the page `path` that were mailed so far, the last one last.
    pub async fn mailed_links(&self, path: &str) -> Vec<String> {
        self.messages().await.iter().filter_map(|mail| token_in(&mail.body, path)).collect()
    }

    /// The codes that were mailed so far, the last one last.
    pub async fn mailed_codes(&self) -> Vec<String> {
        self.messages().await.iter().filter_map(|mail| code_in(&mail.body)).collect()
    }

    /// Asks for a link for a new password and gives the token of the mailed one.
    pub async fn reset_link(&self, email: &str) -> String {
        self.browser().forgot_password(email).await.answered();
        self.mailed_links("/reset-password").await.pop().unwrap()
    }

    /// One number from the database.
    pub async fn count(&self, sql: &str) -> i64 {
        let reader = self.vestibule.store().reader();
        let row =
            reader.query_one_raw(sea_orm::Statement::from_string(reader.get_database_backend(), sql)).await;
        row.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    /// Changes the database by hand.
    pub async fn execute(&self, sql: &str) {
        let transaction = self.vestibule.store().begin().await.unwrap();
        transaction.execute_unprepared(sql).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

/// The token of the link to the page `path` in the text of a mail.
pub(super) fn token_in(mail: &str, path: &str) -> Option<String> {
    let before = format!("{path}#");
    mail.lines().find_map(|line| Some(line.split_once(&before)?.1.to_owned()))
}

/// The code that has a line of its own in the text of a mail.
pub(super) fn code_in(mail: &str) -> Option<String> {
    mail.lines().find_map(|line| Some(line.strip_prefix("    ")?.replace(' ', "")))
}

/// The slug of the company that [`App::enrolling`] makes.
fn slug_of(email: &str) -> String {
    email.split('@').next().unwrap().to_owned()
}

/// The browser's files, as small as they can be.
pub(super) fn dist(folder: &TempDir) -> PathBuf {
    let dist = folder.path().join("dist");
    std::fs::create_dir(&dist).unwrap();
    let index = "<!doctype html><title>{{product}}</title><!--sign-in--><form></form><!--/sign-in-->\
                 <script type=\"module\">start()</script>";
    let house = "<!doctype html><title>{{product}}</title><script type=\"module\">start()</script>";
    std::fs::write(dist.join("index.html"), index).unwrap();
    std::fs::write(dist.join("house.html"), house).unwrap();
    std::fs::write(dist.join("app-0123456789abcdef.js"), "start()").unwrap();
    dist
}

/// The URL of an empty database.
pub(super) async fn database(folder: &TempDir) -> String {
    match std::env::var("TEST_POSTGRES") {
        Ok(server) => database_on(&server, folder).await,
        Err(_) => format!("sqlite://{}", folder.path().join("vestibule.db").display()),
    }
}

/// The URL of an empty database on a PostgreSQL server.
async fn database_on(server: &str, folder: &TempDir) -> String {
    let name = format!(
        "test_{}",
        folder.path().file_name().unwrap().to_string_lossy().replace(['.', '-'], "").to_lowercase()
    );
    let admin = Database::connect(server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}
