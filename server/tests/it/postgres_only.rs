//! What can go wrong with a PostgreSQL server, on one of the test's own that is stopped and started.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures::future::join_all;
use sea_orm::{ConnectionTrait, EntityTrait};
use vestibule_core::store::entities::session;

use crate::support::App;

/// A throw-away cluster; gone with this.
struct Cluster {
    child: Child,
    url: String,
    data: String,
}

impl Cluster {
    fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/with-postgres.sh");
        let mut child = Command::new(script)
            .args(["sh", "-c", "echo $TEST_POSTGRES && echo $TEST_POSTGRES_DATA && exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = || lines.next().unwrap().unwrap();
        let (url, data) = (line(), line());
        Self { child, url, data }
    }

    /// Has `pg_ctl` do something with the cluster, as whoever it belongs to.
    fn control(&self, arguments: &[&str]) {
        let script = "if [ \"$(id -u)\" = 0 ]; then exec runuser -u postgres -- pg_ctl \"$@\"; else exec pg_ctl \"$@\"; fi";
        let status = Command::new("sh")
            .args(["-c", script, "pg_ctl"])
            .args(arguments)
            .args(["--silent", "--wait", "--pgdata", &self.data, "--log"])
            .arg(format!("{}/../server.log", self.data))
            .current_dir(format!("{}/..", self.data))
            .status()
            .unwrap();
        let log = || std::fs::read_to_string(format!("{}/../server.log", self.data)).unwrap_or_default();
        assert!(status.success(), "{arguments:?}: {}", log());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Its end of input is its end.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

// 503 only while it is away, healed by itself, and everything that was acknowledged is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_crashes_under_load_is_answered_503_and_loses_nothing_acknowledged() {
    let cluster = Cluster::start();
    let app = App::start_on_server(&cluster.url).await;
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let done = Arc::new(AtomicBool::new(false));
    let mut people = Vec::new();
    for index in 0..8 {
        let email = format!("anna{index}@example.com");
        app.add_user(&email).await;
        let (mut browser, acknowledged, done) = (app.browser(), acknowledged.clone(), done.clone());
        people.push(tokio::spawn(async move {
            let (mut records, mut refused) = (Vec::new(), 0);
            while !done.load(Ordering::SeqCst) {
                let reply = browser.sign_in(&email).await;
                match reply.status.as_u16() {
                    200 => {
                        records.push(reply.record());
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    }
                    503 => refused += 1,
                    _ => panic!("{}", reply.text),
                }
            }
            (records, refused)
        }));
    }
    let reaches = async |count: usize| {
        while acknowledged.load(Ordering::SeqCst) < count {
            tokio::task::yield_now().await;
        }
    };
    reaches(20).await;
    cluster.control(&["restart", "--mode", "immediate"]);
    reaches(acknowledged.load(Ordering::SeqCst) + 40).await;
    done.store(true, Ordering::SeqCst);
    let (mut records, mut refused) = (Vec::new(), 0);
    for person in join_all(people).await {
        let (of_person, refused_of_person) = person.unwrap();
        records.extend(of_person);
        refused += refused_of_person;
    }
    assert!(refused > 0, "nobody was there while it was away");
    let kept = session::Entity::find().all(app.vestibule.store().reader()).await.unwrap();
    for record in records {
        assert!(kept.iter().any(|session| session.id.to_string() == record), "{record}");
    }
}

// An instance whose clock is off would take what others still need for too old: it is not ready, and deletes nothing.
#[tokio::test]
async fn an_instance_whose_clock_is_not_the_databases_is_not_ready() {
    let cluster = Cluster::start();
    // The tests' clock stands in the past.
    let app = App::start_on_server(&cluster.url).await;
    let mut browser = app.browser();
    assert_eq!(browser.get("/ready").await.status, 200);
    app.vestibule.check_clock().await.unwrap();
    let ready = browser.get("/ready").await;
    assert_eq!(
        (ready.status.as_u16(), ready.text.as_str()),
        (503, "this machine's clock is not the database's\n")
    );
}

// The limiter fails closed: what cannot be counted is not evaluated.
#[tokio::test]
async fn without_a_database_nothing_is_evaluated_and_nobody_is_ready() {
    let cluster = Cluster::start();
    let app = App::start_on_server(&cluster.url).await;
    app.add_user("anna@example.com").await;
    let mut browser = app.browser();
    browser.sign_in("anna@example.com").await.state("full");
    cluster.control(&["stop", "--mode", "immediate"]);
    let computed = app.vestibule.passwords().computed();
    let refused = app.browser().sign_in("anna@example.com").await;
    refused.refused(503, "unavailable");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(app.vestibule.passwords().computed(), computed);
    browser.session().await.refused(503, "unavailable");
    assert_eq!(browser.get("/ready").await.status, 503);
    cluster.control(&["start"]);
    browser.session().await.state("full");
    assert_eq!(browser.get("/ready").await.status, 200);
}

// A standby answers too; nobody can sign in there.
#[tokio::test]
async fn a_server_that_takes_no_changes_is_not_ready() {
    let cluster = Cluster::start();
    let app = App::start_on_server(&cluster.url).await;
    let mut browser = app.browser();
    assert_eq!(browser.get("/ready").await.status, 200);
    for (setting, status, text) in [
        ("SET default_transaction_read_only = on", 503, "the database takes no changes\n"),
        ("RESET default_transaction_read_only", 200, "ready\n"),
    ] {
        let reader = app.vestibule.store().reader();
        reader.execute_unprepared(&format!("ALTER SYSTEM {setting}")).await.unwrap();
        reader.execute_unprepared("SELECT pg_reload_conf()").await.unwrap();
        // The server reads its configuration a moment later.
        let mut ready = browser.get("/ready").await;
        while ready.status != status {
            ready = browser.get("/ready").await;
        }
        assert_eq!(ready.text, text);
        // A start and `vestibule check` ask, and change nothing.
        app.another_instance().await;
    }
}
