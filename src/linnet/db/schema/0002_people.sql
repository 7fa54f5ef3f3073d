-- A person logs in; an account speaks in public. People are members of accounts.
CREATE TABLE person (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,          -- lower case
    password_hash TEXT NOT NULL,         -- argon2id
    owner BOOLEAN NOT NULL DEFAULT FALSE, -- may change the server and the firm
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE account (
    id BIGINT PRIMARY KEY,
    handle TEXT NOT NULL,                -- as written; unique without regard to case
    handle_key TEXT NOT NULL,            -- lower case
    host TEXT NOT NULL DEFAULT '',       -- '' lives here
    kind TEXT NOT NULL DEFAULT 'person', -- person | organization | service
    name TEXT NOT NULL DEFAULT '',
    bio TEXT NOT NULL DEFAULT '',        -- as written
    bio_html TEXT NOT NULL DEFAULT '',
    fields TEXT NOT NULL DEFAULT '[]',   -- JSON [{name, value, proven_at}]
    avatar_id BIGINT,
    header_id BIGINT,
    locked BOOLEAN NOT NULL DEFAULT FALSE,
    discoverable BOOLEAN NOT NULL DEFAULT TRUE,
    indexable BOOLEAN NOT NULL DEFAULT TRUE,
    default_visibility TEXT NOT NULL DEFAULT 'public',
    default_sensitive BOOLEAN NOT NULL DEFAULT FALSE,
    default_language TEXT NOT NULL DEFAULT '',
    followers_count BIGINT NOT NULL DEFAULT 0,
    following_count BIGINT NOT NULL DEFAULT 0,
    posts_count BIGINT NOT NULL DEFAULT 0,
    last_post_at BIGINT,
    revision BIGINT NOT NULL DEFAULT 1,  -- rises with everything a reader can see
    created_at BIGINT NOT NULL,
    invented BOOLEAN NOT NULL DEFAULT FALSE -- of `linnet demo`
);
CREATE UNIQUE INDEX account_handle ON account (handle_key, host);

CREATE TABLE member (
    person_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    role TEXT NOT NULL,                  -- owner | editor | writer | answerer | reader
    since BIGINT NOT NULL,
    PRIMARY KEY (person_id, account_id)
) WITHOUT ROWID;
CREATE INDEX member_account ON member (account_id);

-- A browser that is logged in.
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,         -- SHA-256, hex
    person_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,          -- who it speaks as now
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    label TEXT NOT NULL DEFAULT ''       -- "Firefox on Linux"
);
CREATE INDEX session_person ON session (person_id);

-- Client apps and what they were allowed (OAuth 2).
CREATE TABLE app (
    id BIGINT PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    website TEXT NOT NULL DEFAULT '',
    redirect_uris TEXT NOT NULL,         -- one a line
    scopes TEXT NOT NULL,                -- separated by spaces
    created_at BIGINT NOT NULL
);
CREATE TABLE oauth_code (
    code_hash TEXT PRIMARY KEY,
    app_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    scopes TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL DEFAULT '',  -- PKCE S256, '' for old apps
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE TABLE token (
    token_hash TEXT PRIMARY KEY,         -- SHA-256, hex
    app_id BIGINT NOT NULL,
    person_id BIGINT,                    -- NULL: the app itself
    account_id BIGINT,
    scopes TEXT NOT NULL,
    code_hash TEXT NOT NULL DEFAULT '',  -- the code it came from: re-use revokes the family
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX token_person ON token (person_id);
CREATE INDEX token_account ON token (account_id);
CREATE INDEX token_code ON token (code_hash);
