-- One row. A restored backup opens a new epoch: sessions of the old one are void (S58).
CREATE TABLE installation (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    epoch BIGINT NOT NULL,
    key_check BYTEA,                           -- sealed: opens with the keys of this database only
    key_check_id BIGINT
);
INSERT INTO installation (id, epoch) VALUES (1, 1);

CREATE TABLE users (
    id UUID PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,                -- normalised: see domain::Email
    name TEXT NOT NULL,
    time_zone TEXT,                            -- IANA name; NULL: the browser's
    password_hash TEXT,                        -- PHC string of argon2id; NULL: invited, none set yet
    password_changed_at BIGINT NOT NULL,
    password_reset_at BIGINT,                  -- by mailed link, since the last passed challenge (S43)
    mfa_reset_at BIGINT,                       -- by an administrator, until the next set-up
    suspended_at BIGINT,                       -- "This Wasn't Me" (S28a)
    last_full_session_at BIGINT,
    warned_at BIGINT,                          -- last told of wrong second factors after the right password (S54)
    created_at BIGINT NOT NULL
);

CREATE INDEX users_without_password ON users (created_at) WHERE password_hash IS NULL;

CREATE TABLE companies (
    id UUID PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,                   -- IANA name
    mfa_required_from BIGINT,                  -- NULL: Require MFA is off
    voluntary_set_up BOOLEAN NOT NULL,
    text_messages BOOLEAN NOT NULL,
    policy_version BIGINT NOT NULL,            -- raised by every change of the policy
    members BIGINT NOT NULL,                   -- counter, kept in the transaction of the change
    members_with_method BIGINT NOT NULL,       -- counter, kept in the transaction of the change
    created_at BIGINT NOT NULL
);
CREATE INDEX companies_required ON companies (mfa_required_from);

-- How far a company was at the end of a day (days since the epoch, UTC) on which its counters moved.
CREATE TABLE adoption (
    company_id UUID NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    members BIGINT NOT NULL,
    members_with_method BIGINT NOT NULL,
    PRIMARY KEY (company_id, day)
);

CREATE TABLE memberships (
    company_id UUID NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address TEXT NOT NULL,                     -- the person's, by which members are listed
    role TEXT NOT NULL CHECK (role IN ('member', 'administrator')),
    payments_since BIGINT,
    accepted_at BIGINT,                        -- NULL: invited; without effect
    invited_as TEXT,                           -- the name that was given with the invitation
    sought_as TEXT NOT NULL,                   -- their name in small letters, as a search finds it
    created_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);
CREATE UNIQUE INDEX memberships_address ON memberships (company_id, address);
CREATE INDEX memberships_administrators ON memberships (company_id) WHERE role = 'administrator';

CREATE TABLE methods (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('app', 'phone')),
    sealed BYTEA NOT NULL,                     -- the TOTP secret or the number (S49)
    key_id BIGINT NOT NULL,
    last_step BIGINT,                          -- app: the last TOTP step that was used (S13)
    number_index BYTEA,                        -- phone: keyed hash, to count its accounts
    country TEXT,                              -- phone: ISO 3166-1 alpha-2
    added_at BIGINT NOT NULL,
    last_used_at BIGINT,
    kept_in UUID,                              -- the recovery (a record) in which it was set up or proved (S23)
    UNIQUE (user_id, kind)                     -- one active of each (S14); pending ones are flows
);
CREATE INDEX methods_number ON methods (number_index);

-- A sign-in, from the right password (states 'challenge', 'enrol_only', 'save_code', 'recovering') to the end of
-- the session (state 'full').
CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash BYTEA NOT NULL UNIQUE,          -- SHA-256 of the cookie's token (S30)
    state TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    password_at BIGINT,                        -- when the password was last given in it, after the sign-in
    proved_at BIGINT,                          -- when a method was last proved in it, and which
    proved_by TEXT,
    texted_at BIGINT,                          -- when a code was last sent in it by text message (S7)
    return_to TEXT,
    browser_hash BYTEA,                        -- of a recovery: SHA-256 of the token of the browser that reopens it
    address TEXT NOT NULL,
    browser TEXT NOT NULL,
    state_since BIGINT NOT NULL,               -- lifetimes count from here
    used_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_reason TEXT
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_browser ON sessions (browser_hash) WHERE browser_hash IS NOT NULL;

-- Every set-up, change and recovery under way: one open flow of a kind per session.
CREATE TABLE flows (
    id UUID PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    proved_at BIGINT,
    proved_by TEXT,
    target_sealed BYTEA,                       -- the pending secret or number (S49)
    target_key_id BIGINT,
    target_index BYTEA,
    target_country TEXT,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX flows_open ON flows (session_id, purpose) WHERE ended_at IS NULL;
CREATE INDEX flows_user ON flows (user_id);
CREATE INDEX flows_session ON flows (session_id); -- for the deletion of sessions, which a partial index does not serve

-- Six-digit codes that the server sends (S16).
CREATE TABLE codes (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id UUID REFERENCES sessions (id) ON DELETE CASCADE,
    flow_id UUID REFERENCES flows (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    channel TEXT NOT NULL,
    target_index BYTEA NOT NULL,
    code_hash BYTEA NOT NULL,
    network BYTEA,                             -- text: keyed hash of the network that asked, and its known browser (S18)
    browser UUID,
    outbox_id UUID,                            -- text: the message, whose delivery the page shows
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    consumed_at BIGINT
);
CREATE INDEX codes_target ON codes (target_index, created_at);
CREATE INDEX codes_network ON codes (network, created_at) WHERE network IS NOT NULL;
CREATE INDEX codes_user ON codes (user_id);
CREATE INDEX codes_session ON codes (session_id);
CREATE INDEX codes_flow ON codes (flow_id);

-- Text messages of a day (days since the epoch), by dial code; 0: of all (S18).
CREATE TABLE text_counts (
    day BIGINT NOT NULL,
    dial_code BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    PRIMARY KEY (day, dial_code)
);

-- Mailed links: single use.
CREATE TABLE links (
    id UUID PRIMARY KEY,
    user_id UUID REFERENCES users (id) ON DELETE CASCADE,
    company_id UUID REFERENCES companies (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    outbox_id UUID,                            -- an invitation: its mail, whose delivery the list of members shows
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    consumed_at BIGINT,
    consumed_by BYTEA                          -- SHA-256 of the token of the browser that used it
);
CREATE INDEX links_user ON links (user_id);
CREATE INDEX links_company ON links (company_id, user_id); -- of one person: without statistics SQLite would read all of the company

CREATE TABLE recovery_codes (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id UUID REFERENCES sessions (id) ON DELETE SET NULL,
    code_hash BYTEA NOT NULL,                  -- keyed hash (S22)
    created_at BIGINT NOT NULL,
    acknowledged_at BIGINT,                    -- valid from here on
    consumed_at BIGINT,
    consumed_in UUID,                          -- the record that it opened as a recovery
    void_at BIGINT
);
CREATE UNIQUE INDEX recovery_codes_valid ON recovery_codes (user_id)
    WHERE acknowledged_at IS NOT NULL AND consumed_at IS NULL AND void_at IS NULL;
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);
CREATE INDEX recovery_codes_session ON recovery_codes (session_id);

-- Attempt budgets (S44), by keyed hash of the account and by kind of secret; a browser that has signed in before
-- has a row of its own (S46), all others share the nil one.
CREATE TABLE attempts (
    subject BYTEA NOT NULL,
    kind TEXT NOT NULL,
    browser UUID NOT NULL,
    failures BIGINT NOT NULL,
    paused_until BIGINT NOT NULL,
    PRIMARY KEY (subject, kind, browser)
);

CREATE TABLE known_browsers (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    UNIQUE (user_id, token_hash)
);
CREATE INDEX known_browsers_token ON known_browsers (token_hash); -- whether anybody knows a browser

-- Append-only (S52).
CREATE TABLE audit_events (
    id UUID PRIMARY KEY,
    at BIGINT NOT NULL,
    actor_id UUID,                             -- no foreign keys: a row outlives whom it is about
    subject_id UUID,
    company_id UUID,
    event TEXT NOT NULL,
    method TEXT,
    outcome TEXT NOT NULL,
    address TEXT NOT NULL,
    browser TEXT NOT NULL,
    detail TEXT
);
CREATE INDEX audit_events_subject ON audit_events (subject_id, id);
CREATE INDEX audit_events_company ON audit_events (company_id, id);

-- Messages on their way.
CREATE TABLE outbox (
    id UUID PRIMARY KEY,
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'text')),
    dedupe_key TEXT UNIQUE,                    -- a second message with the same key is not made
    sealed BYTEA,                              -- recipient, subject and body (S49); NULL once sent
    key_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,                    -- next try; a lease puts it off
    expires_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    sent_at BIGINT,
    failed_at BIGINT,
    delivery TEXT,                             -- what its gateway has said or reported, where that is more than yes
    campaign_id UUID                           -- one of many of a campaign: those wait for all others
);
CREATE INDEX outbox_due ON outbox (channel, expires_at)
    WHERE sent_at IS NULL AND failed_at IS NULL AND campaign_id IS NULL;
CREATE INDEX outbox_campaigns ON outbox (channel, expires_at)
    WHERE sent_at IS NULL AND failed_at IS NULL AND campaign_id IS NOT NULL;

-- Resets of members of several companies, which the member or another company has to confirm (S43).
CREATE TABLE reset_requests (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    company_id UUID NOT NULL REFERENCES companies (id) ON DELETE CASCADE, -- the one that asks
    asked_by UUID NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    confirmed_at BIGINT
);
CREATE INDEX reset_requests_user ON reset_requests (user_id);
CREATE INDEX reset_requests_company ON reset_requests (company_id);

-- Announcements of an enforcement date and reminders of it, expanded by a worker into mails of the outbox.
CREATE TABLE campaigns (
    id UUID PRIMARY KEY,
    company_id UUID NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    mfa_required_from BIGINT NOT NULL,         -- the date that it is about; it goes on only while the company has it
    last_user_id UUID,                         -- how far the worker has come
    mails BIGINT NOT NULL,                     -- put into the outbox; of these:
    sent BIGINT NOT NULL,
    skipped BIGINT NOT NULL,                   -- had set up meanwhile, or the date was another
    failed BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT                         -- every member was looked at
);
CREATE UNIQUE INDEX campaigns_once ON campaigns (company_id, mfa_required_from, kind) WHERE kind <> 'by_hand';
CREATE INDEX campaigns_company ON campaigns (company_id, created_at);
CREATE INDEX campaigns_open ON campaigns (created_at) WHERE finished_at IS NULL;
