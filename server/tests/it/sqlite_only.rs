//! What can go wrong with a SQLite file, and not with PostgreSQL, whose disk is PostgreSQL's.

use std::os::unix::process::CommandExt;
use std::process::Command;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::support::{App, Operator, PASSWORD, Serving};

const ANNA: &str = "anna@example.com";

// On a file system of its own that is three megabytes large, in a namespace that nobody else sees.
#[tokio::test]
async fn a_full_disk_refuses_what_would_write_and_heals_by_itself() {
    let operator = Operator::set_up().await;
    let disk = operator.path("disk");
    std::fs::create_dir(&disk).unwrap();
    let port = crate::support::free_port();
    let script = format!(
        "mount -t tmpfs -o size=3m tmpfs disk && exec \"$0\" serve --dist dist --listen 127.0.0.1:{port} \
         --database sqlite://disk/vestibule.db --keys vestibule.keys"
    );
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, env!("CARGO_BIN_EXE_vestibule")])
        .current_dir(operator.folder.path())
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/bin")
        .process_group(0);
    let serving = Serving::start(command, port);
    let inside = |command: &str, input: &str| within(serving.id(), operator.folder.path(), command, input);
    let program = format!(
        "{} --database sqlite://disk/vestibule.db --keys vestibule.keys",
        env!("CARGO_BIN_EXE_vestibule")
    );
    inside(&format!("{program} user add {ANNA} --name Anna"), PASSWORD);
    let mut browser = serving.browser();
    browser.sign_in(ANNA).await.state("full");
    let mut live = browser.clone();

    inside("cat /dev/zero > disk/ballast || true", "");
    let mut refused = None;
    for _ in 0..200 {
        let reply = serving.browser().sign_in(ANNA).await;
        if reply.status == 503 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.expect("the disk to be full after a while");
    refused.refused(503, "unavailable");
    // Who is signed in goes on reading; nothing half done is there.
    live.session().await.state("full");
    inside("rm disk/ballast", "");
    serving.browser().sign_in(ANNA).await.state("full");
    inside(&format!("{program} check"), "");
    assert_eq!(serving.stop(), Some(0));
}

// SQLite has no statistics of its tables: between an index of the person and one of the company it may take the company's, and
// read a hundred thousand rows for each person who is invited.
#[tokio::test]
async fn what_a_company_has_sent_a_person_is_found_by_both() {
    let app = App::start().await;
    let plan = "EXPLAIN QUERY PLAN SELECT 1 FROM links WHERE user_id = x'00' AND company_id = x'00'";
    let statement = Statement::from_string(DbBackend::Sqlite, plan);
    let rows = app.vestibule.store().reader().query_all_raw(statement).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
    assert_eq!(steps.len(), 1);
    assert!(steps[0].contains("(company_id=? AND user_id=?)"), "{}", steps[0]);
}

/// Runs a shell command where the program `id` sees its files.
#[track_caller]
fn within(id: u32, folder: &std::path::Path, command: &str, input: &str) {
    use std::io::Write;
    let mut child = Command::new("nsenter")
        .args(["--user", "--mount", "--preserve-credentials", "--target", &id.to_string(), "sh", "-c"])
        .arg(format!("cd {} && {command}", folder.display()))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // A command that reads nothing may have ended by now.
    match writeln!(child.stdin.take().unwrap(), "{input}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        written => written.unwrap(),
    }
    assert!(child.wait().unwrap().success(), "{command}");
}
