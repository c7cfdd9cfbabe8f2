//! Copies of the database and the way back from one (S58), and sealing everything anew (S50), as an operator does it.

use serde_json::json;

use crate::support::{Browser, Operator, PASSWORD, Reply, Serving, code};

const ANNA: &str = "anna@example.com";

/// Signs Anna in for the first time, with an app and a recovery code; gives browser, key and code.
async fn enrol(serving: &Serving) -> (Browser, String, String) {
    let mut browser = serving.browser();
    let reply = browser.sign_in(ANNA).await;
    let key = browser.set_up_app(reply.record(), now()).await;
    let recovery_code = browser.save_recovery_code().await;
    (browser, key, recovery_code)
}

/// The program's time: the machine's, as long as nobody moves it.
fn now() -> domain::Timestamp {
    use vestibule_core::clock::{Clock, SystemClock};
    SystemClock.now()
}

/// Signs in at a program whose clock nobody has moved yet, with the code that the app shows so many steps later.
async fn challenge(serving: &Serving, key: &str, steps: i64) -> (Browser, Reply) {
    let mut browser = serving.browser();
    let reply = browser.sign_in(ANNA).await;
    reply.state("challenge");
    browser.advance(30 * steps).await;
    let shown = code(key, now().plus(30 * steps * domain::SECOND));
    let answer = browser.challenge(&reply.record(), &shown).await;
    (browser, answer)
}

// S58: a copy made while people are signed in, and put in the place of what was lost.
#[tokio::test]
async fn a_backup_is_made_while_serving_and_restored_with_everybody_signed_out() {
    let operator = Operator::set_up().await;
    operator.add_member(ANNA);
    let serving = operator.serve();
    let (mut browser, key, recovery_code) = enrol(&serving).await;
    operator.done(&["backup", "copy"]);
    assert!(operator.refused(&["backup", "copy"]).contains("is there already, and it is not overwritten"));
    // What comes after the copy is not in it.
    assert!(operator.add_user("late@example.com", PASSWORD).status.success());
    let served = operator.refused(&["restore", "copy"]);
    assert!(
        served.contains("served by another program") || served.contains("in use by another program"),
        "{served}"
    );
    browser.session().await.state("full");
    assert_eq!(serving.stop(), Some(0));

    if operator.database().starts_with("sqlite:") {
        assert!(operator.refused(&["restore", "copy"]).contains("is there already: move"));
        std::fs::remove_file(operator.path("vestibule.db")).unwrap();
        // What a killed server has left of its log would be played into the copy.
        std::fs::write(operator.path("vestibule.db-wal"), "left over").unwrap();
        assert!(operator.refused(&["restore", "copy"]).contains("vestibule.db-wal is there already"));
        std::fs::remove_file(operator.path("vestibule.db-wal")).unwrap();
    }
    assert!(operator.done(&["restore", "copy"]).contains("Everybody is signed out"));
    assert!(!operator.done(&["user", "list"]).contains("late@example.com"));
    let serving = operator.serve();
    browser.moved_to(serving.port).session().await.state("anonymous");
    let mut next = serving.browser();
    let reply = next.sign_in(ANNA).await;
    next.recover(&reply.record(), &recovery_code).await.refused(422, "wrong_code");
    // The app still works; with no recovery code left, a new one is saved.
    let (mut next, answer) = challenge(&serving, &key, 1).await;
    answer.state("save_code");
    next.save_recovery_code().await;
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test]
async fn what_is_no_copy_is_not_restored() {
    let operator = Operator::set_up().await;
    operator.done(&["migrate"]);
    std::fs::write(operator.path("garbage"), "this is no database".repeat(100)).unwrap();
    let told = operator.refused(&["restore", "garbage"]);
    assert!(told.contains("garbage is no copy"), "{told}");
    operator.done(&["user", "list"]);
}

// S58: readable by its owner only, like the database.
#[tokio::test]
async fn a_copy_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let operator = Operator::set_up().await;
    operator.done(&["migrate"]);
    operator.done(&["backup", "copy"]);
    let mode = std::fs::metadata(operator.path("copy")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

// S50: while a server runs, which takes the new key up by itself.
#[tokio::test]
async fn keys_are_rotated_while_serving_and_the_old_one_can_go() {
    let operator = Operator::set_up().await;
    operator.add_member(ANNA);
    let serving = operator.serve();
    let (_, key, _) = enrol(&serving).await;
    let told = operator.done(&["key", "rotate"]);
    assert!(told.starts_with("Added the sealing key 2 to vestibule.keys."), "{told}");
    assert!(told.contains("everything is sealed with the key 2 now"), "{told}");
    // The server has never seen the key that Anna's secret is sealed with now.
    let (_, answer) = challenge(&serving, &key, 1).await;
    answer.state("full");
    assert_eq!(serving.stop(), Some(0));
    // Without the first key everything still opens.
    let text = std::fs::read_to_string(operator.path("vestibule.keys")).unwrap();
    let (before, rest) = text.split_once("[[sealing]]\nid = 1\n").unwrap();
    let after = &rest[rest.find("[[sealing]]").unwrap()..];
    std::fs::write(operator.path("vestibule.keys"), format!("{before}{after}")).unwrap();
    let serving = operator.serve();
    let (_, answer) = challenge(&serving, &key, 2).await;
    answer.state("full");
    assert_eq!(serving.stop(), Some(0));
}

// S50: stopped on the way, it goes on where it was, and with the same key.
#[tokio::test]
async fn a_rotation_that_was_stopped_goes_on() {
    let operator = Operator::set_up().await;
    operator.add_member(ANNA);
    let serving = operator.serve();
    let (_, key, _) = enrol(&serving).await;
    for _ in 0..2 {
        let stopped =
            operator.command(&["key", "rotate"]).env("FAIL_POINT", "before reseal").output().unwrap();
        assert!(!stopped.status.success());
    }
    assert!(operator.done(&["check"]).contains("a rotation is not complete"));
    let told = operator.done(&["key", "rotate"]);
    assert!(told.contains("everything is sealed with the key 2 now") && !told.contains("Added"), "{told}");
    let (_, answer) = challenge(&serving, &key, 1).await;
    answer.state("full");
    assert_eq!(serving.stop(), Some(0));
}

// S50: several machines: the key is brought to all of them before anything is sealed with it.
#[tokio::test]
async fn a_prepared_key_is_used_by_the_next_rotation() {
    let operator = Operator::set_up().await;
    operator.add_member(ANNA);
    let told = operator.done(&["key", "rotate", "--prepare"]);
    assert!(
        told.contains("Added the sealing key 2") && told.contains("Bring vestibule.keys to every machine"),
        "{told}"
    );
    // Preparing twice adds no third.
    assert!(!operator.done(&["key", "rotate", "--prepare"]).contains("Added"));
    let told = operator.done(&["check"]);
    assert!(told.contains("a rotation is not complete"), "{told}");
    let told = operator.done(&["key", "rotate"]);
    assert!(told.contains("sealed with the key 2 now"), "{told}");
    assert!(!operator.done(&["check"]).contains("not complete"));
    assert!(operator.done(&["key", "rotate"]).contains("Added the sealing key 3"));
}

#[tokio::test]
async fn check_says_that_all_is_in_order_or_what_is_wrong() {
    let operator = Operator::set_up().await;
    if operator.database().starts_with("sqlite:") {
        let told = String::from_utf8(operator.run(&["check"]).stderr).unwrap();
        assert!(told.contains("there is no file") && told.contains("vestibule migrate"), "{told}");
        assert!(!operator.path("vestibule.db").exists());
    } else {
        let told = String::from_utf8(operator.run(&["check"]).stderr).unwrap();
        assert!(told.contains("lacks m0001_initial") && told.contains("vestibule migrate"), "{told}");
    }
    operator.done(&["migrate"]);
    // It changes nothing: other keys do not become the database's by being looked at.
    operator.done(&["--keys", "foreign.keys", "key", "new"]);
    assert!(operator.done(&["--keys", "foreign.keys", "check"]).contains("the database has none yet"));
    operator.done(&["user", "list"]);
    let told = operator.done(&["check"]);
    for sentence in
        ["configuration: in order", "its schema is up to date", "the database's own", "sealing key 1"]
    {
        assert!(told.contains(sentence), "{told}");
    }
    let told = operator.run(&["--keys", "foreign.keys", "check"]);
    assert_eq!(told.status.code(), Some(1));
    let told = String::from_utf8(told.stderr).unwrap();
    assert!(told.contains("the key file does not belong to this database"), "{told}");
    let told = operator.run(&["--database", "postgres://nobody@127.0.0.1:9/none", "check"]);
    let told = String::from_utf8(told.stderr).unwrap();
    assert!(told.contains("database: it cannot be opened"), "{told}");
    // A password that is not written as a URL wants it is not repeated on the screen.
    let told = operator.refused(&["--database", "postgres://v:pa#ss-canary@db.example.com/v", "migrate"]);
    assert!(told.contains("--database: it cannot be read") && !told.contains("canary"), "{told}");
    let told = operator.refused(&["--database", "sqlite://a%20b.db", "migrate"]);
    assert!(told.contains("use no %"), "{told}");
}

// S58: stopped on the way, nothing has happened; a copy of other keys takes no place.
#[tokio::test]
async fn a_restore_that_fails_leaves_nothing_in_the_databases_place() {
    let operator = Operator::set_up().await;
    operator.add_member(ANNA);
    operator.done(&["backup", "copy"]);
    if operator.database().starts_with("sqlite:") {
        std::fs::remove_file(operator.path("vestibule.db")).unwrap();
        operator.done(&["--keys", "foreign.keys", "key", "new"]);
        let told = operator.refused(&["--keys", "foreign.keys", "restore", "copy"]);
        assert!(told.contains("the key file does not belong to this database"), "{told}");
        assert!(!operator.path("vestibule.db").exists());
        operator.done(&["restore", "copy"]);
    } else {
        // Cut off in the middle.
        let whole = std::fs::read(operator.path("copy")).unwrap();
        std::fs::write(operator.path("half"), &whole[..whole.len() / 2]).unwrap();
        operator.refused(&["restore", "half"]);
    }
    assert!(operator.done(&["user", "list"]).contains(ANNA));
}

// A link to the file, and a server that runs as somebody else, find the key file where and as it was.
#[tokio::test]
async fn a_rotation_keeps_link_and_owner_of_the_key_file() {
    use std::os::unix::fs::MetadataExt;
    let operator = Operator::set_up().await;
    operator.done(&["migrate"]);
    std::fs::rename(operator.path("vestibule.keys"), operator.path("real.keys")).unwrap();
    std::os::unix::fs::symlink("real.keys", operator.path("vestibule.keys")).unwrap();
    let root = std::fs::metadata(operator.folder.path()).unwrap().uid() == 0;
    if root {
        std::os::unix::fs::chown(operator.path("real.keys"), Some(65534), Some(65534)).unwrap();
    }
    let before = std::fs::metadata(operator.path("real.keys")).unwrap().uid();
    // The first rotation of a database that has no keys yet gives it the ones that there are.
    operator.done(&["user", "list"]);
    assert!(operator.done(&["key", "rotate"]).contains("sealed with the key 2 now"));
    assert!(std::fs::symlink_metadata(operator.path("vestibule.keys")).unwrap().is_symlink());
    let after = std::fs::metadata(operator.path("real.keys")).unwrap();
    assert_eq!((after.uid(), after.mode() & 0o777), (before, 0o600));
}

// S60, on the command line: what is printed and said.
#[tokio::test]
async fn an_operator_sets_resets_and_deletes() {
    let operator = Operator::set_up().await;
    operator.add_member(ANNA);
    let serving = operator.serve();
    enrol(&serving).await;
    let told = operator.done(&["user", "reset-mfa", ANNA]);
    let code: String = told
        .lines()
        .find(|line| line.len() == 7 && line.bytes().all(|byte| byte.is_ascii_digit() || byte == b' '))
        .expect(&told)
        .replace(' ', "");
    assert!(told.contains("for 60 minutes"), "{told}");
    let mut browser = serving.browser();
    let reply = browser.sign_in(ANNA).await;
    reply.state("identity_due");
    let body = json!({ "record": reply.record(), "code": code });
    browser.call("confirm_identity", body).await.state("enrol_only");
    operator.done(&["user", "set-email", ANNA, "anna.berg@example.com"]);
    browser.session().await.state("anonymous");
    assert!(operator.done(&["user", "list"]).starts_with("anna.berg@example.com  Anna Berg  no method"));
    operator.done(&["user", "delete", "anna.berg@example.com"]);
    assert_eq!(operator.done(&["user", "list"]), "");
    let short = operator.with_password(&["user", "set-password", ANNA], "short");
    assert!(String::from_utf8_lossy(&short.stderr).contains("Use at least 8 characters."));
    assert_eq!(serving.stop(), Some(0));
}
