//! How far a company's members are, counted by the database.

use domain::{CompanyId, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use crate::{Error, Vestibule};

/// How many members there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Figures {
    /// All who have accepted.
    pub members: i64,
    /// With a method that the policy accepts.
    pub ready: i64,
    /// Without any method.
    pub not_set_up: i64,
    /// Never signed in.
    pub never_signed_in: i64,
    /// With methods, none of which the policy accepts.
    pub unacceptable_only: i64,
    /// Of whom another company requires it earlier.
    pub earlier_elsewhere: i64,
}

/// The members of a company with what they have: `ms`, the person `u`, the app `a`, the phone number `p`. Each is one row,
/// and is looked up once.
pub(super) const MEMBERS: &str = "memberships ms JOIN users u ON u.id = ms.user_id \
     LEFT JOIN methods a ON a.user_id = ms.user_id AND a.kind = 'app' \
     LEFT JOIN methods p ON p.user_id = ms.user_id AND p.kind = 'phone'";
/// Whether a member has an authenticator app.
pub(super) const APP: &str = "a.id IS NOT NULL";
/// Whether a member has a phone number.
pub(super) const PHONE: &str = "p.id IS NOT NULL";
/// Whether a member's phone number serves other accounts too.
pub(super) const SHARED: &str = "EXISTS (SELECT 1 FROM methods o WHERE o.number_index = p.number_index \
     AND o.user_id <> p.user_id)";
/// Whether a member has saved a recovery code that works.
pub(super) const RECOVERY_CODE: &str = "EXISTS (SELECT 1 FROM recovery_codes r WHERE r.user_id = ms.user_id \
     AND r.acknowledged_at IS NOT NULL AND r.consumed_at IS NULL AND r.void_at IS NULL)";

/// Whether somebody was invited by a mail that does not get through.
pub(super) const NOT_DELIVERED: &str = "(ms.accepted_at IS NULL AND EXISTS (SELECT 1 FROM links l \
     JOIN outbox x ON x.id = l.outbox_id WHERE l.user_id = ms.user_id AND l.company_id = ms.company_id \
     AND l.consumed_at IS NULL AND x.sent_at IS NULL AND (x.failed_at IS NOT NULL OR x.delivery IS NOT NULL)))";

impl Vestibule {
    /// Whether a member has a phone number that the policy accepts: SQL over [`MEMBERS`]. The countries come from the
    /// configuration, which knows no others than two letters.
    pub(super) fn accepted_phone(&self, text_messages: bool) -> String {
        if !text_messages {
            return "(1 = 0)".to_owned();
        }
        let countries = self.inner.settings.payments_countries.iter();
        let countries: Vec<String> = countries.map(|country| format!("'{country}'")).collect();
        let countries = if countries.is_empty() { "''".to_owned() } else { countries.join(", ") };
        format!("({PHONE} AND (ms.payments_since IS NULL OR p.country IN ({countries})))")
    }

    /// Counts the members of the company, by a policy that may not be its own yet. `from` is when it requires MFA.
    pub(super) async fn figures(
        &self,
        connection: &impl ConnectionTrait,
        company: CompanyId,
        text_messages: bool,
        from: Option<Timestamp>,
    ) -> Result<Figures, Error> {
        let accepted_phone = self.accepted_phone(text_messages);
        let sql = format!(
            "SELECT COUNT(*) AS members, \
             COUNT(*) FILTER (WHERE {APP} OR {accepted_phone}) AS ready, \
             COUNT(*) FILTER (WHERE NOT {APP} AND NOT {PHONE}) AS not_set_up, \
             COUNT(*) FILTER (WHERE u.last_full_session_at IS NULL) AS never_signed_in, \
             COUNT(*) FILTER (WHERE {PHONE} AND NOT {APP} AND NOT {accepted_phone}) AS unacceptable_only, \
             COUNT(*) FILTER (WHERE (SELECT COUNT(*) FROM companies WHERE id <> $1 AND mfa_required_from < $2) > 0 \
               AND EXISTS (SELECT 1 FROM memberships o JOIN companies c ON c.id = o.company_id \
               WHERE o.user_id = ms.user_id AND o.company_id <> ms.company_id AND o.accepted_at IS NOT NULL \
               AND c.mfa_required_from < $2)) AS earlier_elsewhere \
             FROM {MEMBERS} WHERE ms.company_id = $1 AND ms.accepted_at IS NOT NULL"
        );
        // Whether any company requires it earlier is asked once, and mostly spares the question about each member.
        let values = [Value::from(company.0), Value::from(from.map(|from| from.0))];
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        let figures = Figures::find_by_statement(statement).one(connection).await?;
        Ok(figures.unwrap_or_default())
    }

    /// How many members have a phone number that serves other accounts too.
    pub(super) async fn shared_numbers(
        &self,
        connection: &impl ConnectionTrait,
        company: CompanyId,
    ) -> Result<i64, Error> {
        let sql = format!(
            "SELECT COUNT(*) AS count FROM memberships ms \
             JOIN methods p ON p.user_id = ms.user_id AND p.kind = 'phone' \
             WHERE ms.company_id = $1 AND ms.accepted_at IS NOT NULL AND {SHARED}"
        );
        let statement =
            Statement::from_sql_and_values(connection.get_database_backend(), sql, [company.0.into()]);
        let row = connection.query_one_raw(statement).await?;
        Ok(row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or_default())
    }
}
