//! People by the hundred thousand. The database writes them itself, one statement a table: a million take seconds. Each has
//! a live session and an entry in the log; every second one an authenticator app, whose secret opens for nobody, and a
//! recovery code.

use domain::Timestamp;
use sea_orm::DbBackend;
use uuid::Uuid;

/// What is written.
pub struct Crowd<'a> {
    /// For which database.
    pub backend: DbBackend,
    /// How many people.
    pub people: usize,
    /// The company that the first of them belong to.
    pub company: Uuid,
    /// How many do.
    pub members: usize,
    /// The hash of everybody's password.
    pub hash: &'a str,
    /// The key that seals.
    pub key: i64,
    /// The epoch of the sessions.
    pub epoch: i64,
    /// When everything happened.
    pub now: Timestamp,
}

/// The address of a person of the crowd, from 1.
pub fn email(number: usize) -> String {
    format!("crowd-{number:07}@example.com")
}

impl Crowd<'_> {
    /// The statements, in the order in which they go.
    pub fn statements(&self) -> Vec<String> {
        let mut statements = vec![
            self.users(),
            self.sessions(),
            self.methods(),
            self.recovery_codes(),
            self.entries(),
            self.memberships(),
            self.counters(),
        ];
        if self.backend == DbBackend::Postgres {
            // As its autovacuum does by itself a minute later.
            statements.push("ANALYZE".to_owned());
        }
        statements
    }

    fn users(&self) -> String {
        let (id, email, now, hash) = (self.id("a1"), self.email(), self.now.0, self.hash);
        self.each(
            self.people,
            "users (id, email, name, password_hash, password_changed_at, last_full_session_at, created_at)",
            &format!("{id}, {email}, 'Person ' || i, '{hash}', {now}, {now}, {now}"),
        )
    }

    fn sessions(&self) -> String {
        let (id, user, token, now) = (self.id("a2"), self.id("a1"), self.token(), self.now.0);
        self.each(
            self.people,
            "sessions (id, user_id, token_hash, state, epoch, address, browser, state_since, used_at)",
            &format!(
                "{id}, {user}, {token}, 'full', {}, '127.0.0.1', 'Chrome on Linux', {now}, {now}",
                self.epoch
            ),
        )
    }

    fn methods(&self) -> String {
        let (id, user, token, now) = (self.id("a3"), self.id("a1"), self.token(), self.now.0);
        self.every_second(
            "methods (id, user_id, kind, sealed, key_id, added_at)",
            &format!("{id}, {user}, 'app', {token}, {}, {now}", self.key),
        )
    }

    fn recovery_codes(&self) -> String {
        let (id, user, token, now) = (self.id("a4"), self.id("a1"), self.token(), self.now.0);
        self.every_second(
            "recovery_codes (id, user_id, code_hash, created_at, acknowledged_at)",
            &format!("{id}, {user}, {token}, {now}, {now}"),
        )
    }

    fn entries(&self) -> String {
        let (id, user, now) = (self.id("a5"), self.id("a1"), self.now.0);
        self.each(
            self.people,
            "audit_events (id, at, actor_id, subject_id, event, outcome, address, browser)",
            &format!("{id}, {now}, {user}, {user}, 'signed_in', 'success', '127.0.0.1', 'Chrome on Linux'"),
        )
    }

    fn memberships(&self) -> String {
        let (company, user, email, now) = (self.company(), self.id("a1"), self.email(), self.now.0);
        self.each(
            self.members,
            "memberships (company_id, user_id, address, sought_as, role, accepted_at, created_at)",
            &format!("{company}, {user}, {email}, 'person ' || i, 'member', {now}, {now}"),
        )
    }

    fn counters(&self) -> String {
        format!(
            "UPDATE companies SET members = members + {}, members_with_method = members_with_method + {} \
             WHERE id = {}",
            self.members,
            self.members / 2,
            self.company()
        )
    }

    /// A row for each person; `i` is the person's number.
    fn each(&self, count: usize, columns: &str, values: &str) -> String {
        let numbers = match self.backend {
            DbBackend::Postgres => format!("generate_series(1, {count}) AS n(i)"),
            _ => format!(
                "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n)"
            ),
        };
        format!("INSERT INTO {columns} SELECT {values} FROM {numbers}")
    }

    fn every_second(&self, columns: &str, values: &str) -> String {
        self.each(self.people, columns, values) + " WHERE i % 2 = 0"
    }

    fn email(&self) -> &'static str {
        match self.backend {
            DbBackend::Postgres => "'crowd-' || lpad(i::text, 7, '0') || '@example.com'",
            _ => "printf('crowd-%07d@example.com', i)",
        }
    }

    /// An id for the person's row in a table, which `table` makes another than in the other tables.
    fn id(&self, table: &str) -> String {
        match self.backend {
            DbBackend::Postgres => {
                format!("('{table}000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid")
            }
            _ => format!("unhex('{table}000000000070008000' || printf('%012x', i))"),
        }
    }

    /// 32 bytes as random as those of a real hash, so that an index of them is as wide.
    fn token(&self) -> &'static str {
        match self.backend {
            DbBackend::Postgres => "sha256(('crowd ' || i)::bytea)",
            _ => "randomblob(32)",
        }
    }

    fn company(&self) -> String {
        match self.backend {
            DbBackend::Postgres => format!("'{}'::uuid", self.company),
            _ => format!("x'{}'", self.company.simple()),
        }
    }
}
