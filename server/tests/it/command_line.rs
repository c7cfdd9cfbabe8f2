//! The binary, as an operator uses it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::support::Operator;

#[test]
fn demo_fills_an_empty_database_and_prints_who_can_sign_in() {
    let operator = Operator::new();
    let json: Value = serde_json::from_str(&operator.done(&["demo", "--json"])).unwrap();
    let people = json["people"].as_array().unwrap();
    let about: Vec<&str> = people.iter().map(|person| person["about"].as_str().unwrap()).collect();
    for situation in [
        "an administrator without MFA whose company requires nothing",
        "a member whose company's date has passed, without MFA",
        "a member whose company's date is three weeks away",
        "a payments user",
        "a member of two companies with different dates",
        "a person in no company",
    ] {
        assert!(about.contains(&situation), "{situation}");
    }
    for person in people {
        for key in ["email", "password", "name"] {
            assert!(!person[key].as_str().unwrap().is_empty(), "{person}");
        }
        for company in person["companies"].as_array().unwrap() {
            assert!(
                company["slug"].is_string() && company["name"].is_string() && company["role"].is_string()
            );
        }
    }
    let keys = operator.path("vestibule.keys");
    assert_eq!(std::fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(operator.refused(&["demo"]).contains("people in it already"));
}

#[test]
fn people_and_companies_are_added_listed_and_changed() {
    let operator = Operator::new();
    operator.done(&["key", "new"]);
    assert!(operator.add_user("Anna@Example.com", "velvet-anchor-72").status.success());
    operator.done(&["company", "add", "harbour", "--name", "Harbour Build", "--zone", "Europe/Berlin"]);
    operator.done(&["company", "add-member", "harbour", "anna@example.com", "--admin", "--payments"]);
    assert_eq!(operator.done(&["user", "list"]), "anna@example.com  Anna Berg  no method\n");
    let printed = operator.done(&["company", "require-mfa", "harbour", "--from", "2026-03-03T09:00"]);
    assert_eq!(printed, "harbour requires MFA from Tuesday 3 March 2026, 09:00 (Europe/Berlin).\n");
    operator.done(&[
        "company",
        "set",
        "harbour",
        "--zone",
        "America/Chicago",
        "--text-messages",
        "off",
        "--voluntary-set-up",
        "on",
    ]);
    assert_eq!(
        operator.done(&["company", "list"]),
        "harbour  Harbour Build  America/Chicago  0 of 1 members have a method  requires MFA from Tuesday 3 March \
         2026, 02:00 (America/Chicago)\n"
    );
    operator.done(&["company", "require-mfa", "harbour", "--off"]);
    assert!(operator.done(&["company", "list"]).contains("does not require MFA"));
}

#[test]
fn what_cannot_be_done_is_a_sentence() {
    let operator = Operator::new();
    assert!(operator.refused(&["user", "list"]).contains("vestibule key new --keys vestibule.keys"));
    operator.done(&["key", "new"]);
    assert!(operator.refused(&["key", "new"]).contains("not overwritten"));
    operator.done(&["company", "add", "harbour", "--name", "Harbour Build", "--zone", "Europe/Berlin"]);
    operator.add_user("anna@example.com", "velvet-anchor-72");
    for (arguments, sentence) in [
        (
            &["company", "add", "harbour", "--name", "H", "--zone", "UTC"][..],
            "there is already a company harbour",
        ),
        (&["company", "add", "Har bour", "--name", "H", "--zone", "UTC"], "cannot be a slug"),
        (&["company", "add", "new", "--name", " ", "--zone", "UTC"], "a name has 1 to 200 characters"),
        (&["company", "add", "new", "--name", "N", "--zone", "Berlin"], "`Berlin` is not a time zone"),
        (&["company", "require-mfa", "harbour", "--from", "tomorrow"], "`tomorrow` is not a date"),
        (&["company", "require-mfa", "nowhere", "--off"], "there is no company nowhere"),
        (&["company", "add-member", "harbour", "nobody@example.com"], "there is no user nobody@example.com"),
        (&["company", "add-member", "harbour", "nobody"], "not an email address"),
        (&["--database", "mysql://x", "migrate"], "database: write sqlite://FILE"),
        (&["--database", "sqlite://no/such/folder/v.db", "migrate"], "there is no folder no/such/folder"),
        (
            &["--public-url", "http://example.com", "user", "list"],
            "--public-url: `http://example.com` is not safe",
        ),
        (&["--listen", "localhost", "user", "list"], "--listen: `localhost` is not an address with a port"),
        (&["--proxies", "10.0.0.0/33", "user", "list"], "--proxies: `10.0.0.0/33` is neither"),
        (
            &["--session-idle-min", "never", "user", "list"],
            "--session-idle-min: `never` is not a whole number",
        ),
        (
            &["--session-idle-min", "1441", "user", "list"],
            "--session-idle-min: it is longer than session_absolute_min",
        ),
        (
            &["--payments-countries", "US,usa", "user", "list"],
            "--payments-countries: `usa` is not a country's",
        ),
        (&["--log", "loud=very", "user", "list"], "--log: `loud=very` is no filter"),
        (&["--log-format", "xml", "user", "list"], "--log-format: `xml` is neither text nor json"),
        (&["--config", "nowhere.toml", "user", "list"], "nowhere.toml: it cannot be read"),
        (&["--metrics-listen", "9464", "user", "list"], "--metrics-listen: `9464` is not an address"),
        (&["user", "set-email", "anna@example.com", "nobody"], "not an email address"),
        (
            &["user", "set-email", "nobody@example.com", "new@example.com"],
            "there is no user nobody@example.com",
        ),
        (&["user", "reset-mfa", "nobody@example.com"], "there is no user nobody@example.com"),
        (&["user", "delete", "nobody@example.com"], "there is no user nobody@example.com"),
        (&["backup", "no/such/folder/copy"], "no/such/folder/copy cannot be made"),
        (&["restore", "nowhere"], "nowhere cannot be read"),
        (&["--mail", "mail.example.com", "user", "list"], "--mail: write terminal, smtp://"),
        (&["--mail", "smtp://mail.example.com", "user", "list"], "mail_from: say who writes the mails"),
        (
            &["--mail", "smtp://mail.example.com:25?tls=none", "user", "list"],
            "--mail: tls=none is accepted for a mail server on this machine only",
        ),
        (
            &["--mail", "smtp://mail.example.com", "--mail-from", "nobody", "user", "list"],
            "--mail-from: `nobody` is neither an address nor a name with one",
        ),
        (
            &[
                "--mail",
                "smtp://localhost",
                "--mail-from",
                "a@b.example",
                "--mail-ca",
                "nowhere.pem",
                "serve",
            ],
            "mail_ca: nowhere.pem cannot be read",
        ),
        (&["--text", "sms", "user", "list"], "--text: write none, terminal, twilio or webhook"),
        (&["--text", "twilio", "user", "list"], "twilio_account: write the Account SID"),
        (&["--text", "webhook", "user", "list"], "webhook_url: write https://HOST/PATH"),
        (
            &[
                "--text",
                "webhook",
                "--webhook-url",
                "https://texts.example.com",
                "--webhook-secret",
                "0123456789abcdef",
                "serve",
            ],
            "--webhook-secret: it is weak or missing",
        ),
        (
            &[
                "--text",
                "webhook",
                "--webhook-url",
                "https://texts.example.com",
                "--webhook-secret",
                "0123456789abcdef0123456789abcdef",
                "--text-ca",
                "nowhere.pem",
                "serve",
            ],
            "text_ca: nowhere.pem cannot be read",
        ),
        (&["--text-countries", "US,de", "user", "list"], "--text-countries: `de` is not a country's"),
        (&["--texts-a-day", "0", "user", "list"], "--texts-a-day: `0` is not a whole number from 1"),
        (
            &[
                "--public-url",
                "https://login.example.com",
                "--mail",
                "smtp://localhost",
                "--mail-from",
                "a@b.example",
                "--text",
                "terminal",
                "serve",
            ],
            "text: text messages go to this terminal",
        ),
        (&["--product-name", "A:B", "user", "list"], "product-name: "),
        (&["--support-contact", "Bob", "user", "list"], "support-contact: `Bob`"),
        (&["--public-url", "https://login.example.com", "demo"], "runs on this machine only"),
        (&["--public-url", "https://login.example.com", "serve"], "public_url: "),
        (
            &["--listen", "0.0.0.0:3999", "--public-url", "http://localhost:3999", "serve"],
            "is reached from elsewhere",
        ),
        (&["company", "set", "harbour"], "nothing to change was named"),
        (&["--dist", "nowhere", "serve"], "dist: the folder nowhere cannot be read"),
        (&["--database", "postgres://localhost/x", "user", "list"], "keys: name the key file"),
    ] {
        let told = operator.refused(arguments);
        assert!(told.contains(sentence), "{arguments:?}: {told}");
    }
    let again = operator.add_user("ANNA@example.com", "velvet-anchor-72");
    assert!(String::from_utf8_lossy(&again.stderr).contains("there is already a user anna@example.com"));
    let short = operator.add_user("tomas@example.com", "1234567");
    assert!(String::from_utf8_lossy(&short.stderr).contains("Use at least 8 characters."));
}

#[test]
fn a_database_of_other_keys_or_of_garbage_is_refused() {
    let operator = Operator::new();
    std::fs::write(
        operator.path("vestibule.db"),
        "this is not a database, whatever its name says. ".repeat(50),
    )
    .unwrap();
    assert!(operator.refused(&["migrate"]).contains("database: it cannot be opened"));
    std::fs::write(operator.path("weak.keys"), "pepper = 1").unwrap();
    std::fs::set_permissions(operator.path("weak.keys"), PermissionsExt::from_mode(0o600)).unwrap();
    let told = operator.refused(&["--keys", "weak.keys", "--database", "sqlite://other.db", "user", "list"]);
    assert!(told.contains("weak.keys: the key file cannot be read"), "{told}");
    // Keys that are good, but another database's.
    operator.done(&["--database", "sqlite://own.db", "key", "new"]);
    operator.done(&["--database", "sqlite://own.db", "user", "list"]);
    operator.done(&["--keys", "foreign.keys", "key", "new"]);
    let told = operator.refused(&["--keys", "foreign.keys", "--database", "sqlite://own.db", "user", "list"]);
    assert!(told.contains("the key file does not belong to this database"), "{told}");
}

#[test]
fn demo_makes_no_keys_beside_a_database_that_has_its_own_elsewhere() {
    let operator = Operator::new();
    operator.done(&["--keys", "elsewhere.keys", "key", "new"]);
    operator.done(&["--keys", "elsewhere.keys", "demo"]);
    assert!(operator.refused(&["demo"]).contains("there is no key file vestibule.keys"));
    assert!(!operator.path("vestibule.keys").exists());
}

#[test]
fn the_database_is_readable_by_its_owner_only() {
    let operator = Operator::new();
    operator.done(&["migrate"]);
    let mode = std::fs::metadata(operator.path("vestibule.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

// S55: the database keeps its write-ahead log only while somebody uses it.
#[test]
fn a_command_leaves_the_database_in_order() {
    let operator = Operator::new();
    for arguments in [&["migrate"][..], &["key", "new"], &["demo"], &["user", "list"], &["company", "list"]] {
        operator.done(arguments);
        assert!(!Path::exists(&operator.path("vestibule.db-wal")), "{arguments:?}");
    }
}

#[test]
fn a_file_of_people_is_checked_line_by_line_and_imported_once() {
    let operator = Operator::new();
    operator.done(&["key", "new"]);
    operator.done(&["company", "add", "harbour", "--name", "Harbour Build", "--zone", "Europe/Berlin"]);
    let mut file = "\u{feff}Name;E-Mail\r\n\"Berg; Anna\";anna@example.com\r\n".to_owned();
    for number in 0..250 {
        file.push_str(&format!("Person {number};person{number}@example.com\r\n"));
    }
    file.push_str("Again;ANNA@example.com\r\n");
    let path = operator.path("people.csv");
    std::fs::write(&path, &file).unwrap();
    let path = path.to_str().unwrap();
    let dry = operator.done(&["company", "import", "harbour", path, "--dry-run"]);
    assert_eq!(
        dry,
        "line 253: anna@example.com is on line 2 already\n251 would be invited, 0 invited before, 0 members already.\n"
    );
    let imported = operator.done(&["company", "import", "harbour", path]);
    assert!(imported.ends_with("251 invited, 0 invited before, 0 members already.\n"), "{imported}");
    // Begun again, it goes on where it was: nobody is invited twice.
    file.push_str("Late;late@example.com\r\nNobody;none\r\n");
    std::fs::write(path, &file).unwrap();
    let partly = operator.command(&["company", "import", "harbour", path]).output().unwrap();
    assert!(!partly.status.success());
    assert!(String::from_utf8(partly.stderr).unwrap().contains("1 line was left out"));
    let told = String::from_utf8(partly.stdout).unwrap();
    assert!(told.contains("line 255: `none`") && told.contains("\n1 invited, 251 invited before"), "{told}");
    assert!(operator.refused(&["company", "import", "quarry", path]).contains("no company quarry"));
    std::fs::write(path, b"\xff\xfea\0").unwrap();
    assert!(operator.refused(&["company", "import", "harbour", path]).contains("UTF-16"));
}
