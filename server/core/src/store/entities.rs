//! The tables as SeaORM entities, one module each. What the columns mean is said in the migrations, beside them.

mod companies;

pub use companies::{adoption, campaign, company, membership, reset_request};

/// The installation: one row.
pub mod installation {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "installation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub epoch: i64,
        pub key_check: Option<Vec<u8>>,
        pub key_check_id: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// People.
pub mod user {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub email: String,
        pub name: String,
        pub time_zone: Option<String>,
        pub password_hash: Option<String>,
        pub password_changed_at: i64,
        pub password_reset_at: Option<i64>,
        pub mfa_reset_at: Option<i64>,
        pub suspended_at: Option<i64>,
        pub last_full_session_at: Option<i64>,
        pub warned_at: Option<i64>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Authenticator apps and phone numbers.
pub mod method {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "methods")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub kind: String,
        pub sealed: Vec<u8>,
        pub key_id: i64,
        pub last_step: Option<i64>,
        pub number_index: Option<Vec<u8>>,
        pub country: Option<String>,
        pub added_at: i64,
        pub last_used_at: Option<i64>,
        pub kept_in: Option<Uuid>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Sign-ins, from the right password to the end of the session.
pub mod session {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub token_hash: Vec<u8>,
        pub state: String,
        pub epoch: i64,
        pub password_at: Option<i64>,
        pub proved_at: Option<i64>,
        pub proved_by: Option<String>,
        pub texted_at: Option<i64>,
        pub return_to: Option<String>,
        pub browser_hash: Option<Vec<u8>>,
        pub address: String,
        pub browser: String,
        pub state_since: i64,
        pub used_at: i64,
        pub ended_at: Option<i64>,
        pub ended_reason: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Set-ups, changes and recoveries under way.
pub mod flow {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "flows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub session_id: Uuid,
        pub user_id: Uuid,
        pub purpose: String,
        pub state: String,
        pub proved_at: Option<i64>,
        pub proved_by: Option<String>,
        pub target_sealed: Option<Vec<u8>>,
        pub target_key_id: Option<i64>,
        pub target_index: Option<Vec<u8>>,
        pub target_country: Option<String>,
        pub created_at: i64,
        pub used_at: i64,
        pub ended_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Six-digit codes that the server sends.
pub mod code {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub session_id: Option<Uuid>,
        pub flow_id: Option<Uuid>,
        pub purpose: String,
        pub channel: String,
        pub target_index: Vec<u8>,
        pub code_hash: Vec<u8>,
        pub network: Option<Vec<u8>>,
        pub browser: Option<Uuid>,
        pub outbox_id: Option<Uuid>,
        pub created_at: i64,
        pub expires_at: i64,
        pub consumed_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Text messages of a day.
pub mod text_count {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "text_counts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub dial_code: i64,
        pub sent: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Mailed links.
pub mod link {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "links")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Option<Uuid>,
        pub company_id: Option<Uuid>,
        pub kind: String,
        pub address: String,
        pub token_hash: Vec<u8>,
        pub outbox_id: Option<Uuid>,
        pub created_at: i64,
        pub expires_at: i64,
        pub consumed_at: Option<i64>,
        pub consumed_by: Option<Vec<u8>>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Recovery codes, staged, valid and past.
pub mod recovery_code {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub session_id: Option<Uuid>,
        pub code_hash: Vec<u8>,
        pub created_at: i64,
        pub acknowledged_at: Option<i64>,
        pub consumed_at: Option<i64>,
        pub consumed_in: Option<Uuid>,
        pub void_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Attempt budgets.
pub mod attempt {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub browser: Uuid,
        pub failures: i64,
        pub paused_until: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Browsers that have signed in before.
pub mod known_browser {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "known_browsers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub token_hash: Vec<u8>,
        pub created_at: i64,
        pub used_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The audit log.
pub mod audit_event {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: i64,
        pub actor_id: Option<Uuid>,
        pub subject_id: Option<Uuid>,
        pub company_id: Option<Uuid>,
        pub event: String,
        pub method: Option<String>,
        pub outcome: String,
        pub address: String,
        pub browser: String,
        pub detail: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Messages on their way.
pub mod outbox {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub channel: String,
        pub dedupe_key: Option<String>,
        pub sealed: Option<Vec<u8>>,
        pub key_id: i64,
        pub created_at: i64,
        pub due_at: i64,
        pub expires_at: i64,
        pub tries: i64,
        pub sent_at: Option<i64>,
        pub failed_at: Option<i64>,
        pub delivery: Option<String>,
        pub campaign_id: Option<Uuid>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
