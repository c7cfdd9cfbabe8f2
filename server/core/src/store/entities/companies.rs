//! The tables of companies.

/// Tenants.
pub mod company {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "companies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub slug: String,
        pub name: String,
        pub time_zone: String,
        pub mfa_required_from: Option<i64>,
        pub voluntary_set_up: bool,
        pub text_messages: bool,
        pub policy_version: i64,
        pub members: i64,
        pub members_with_method: i64,
        pub created_at: i64,
        #[sea_orm(has_many)]
        pub memberships: HasMany<super::membership::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who belongs to which company.
pub mod membership {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "memberships")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub company_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: Uuid,
        pub address: String,
        pub role: String,
        pub payments_since: Option<i64>,
        pub accepted_at: Option<i64>,
        pub invited_as: Option<String>,
        pub sought_as: String,
        pub created_at: i64,
        #[sea_orm(belongs_to, from = "company_id", to = "id")]
        pub company: HasOne<super::company::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Announcements and reminders.
pub mod campaign {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "campaigns")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub company_id: Uuid,
        pub kind: String,
        pub mfa_required_from: i64,
        pub last_user_id: Option<Uuid>,
        pub mails: i64,
        pub sent: i64,
        pub skipped: i64,
        pub failed: i64,
        pub created_at: i64,
        pub finished_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Resets that have to be confirmed by the member or another company.
pub mod reset_request {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reset_requests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub company_id: Uuid,
        pub asked_by: Uuid,
        pub asked_at: i64,
        pub expires_at: i64,
        pub confirmed_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How far companies were, day by day.
pub mod adoption {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "adoption")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub company_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: i64,
        pub members: i64,
        pub members_with_method: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
