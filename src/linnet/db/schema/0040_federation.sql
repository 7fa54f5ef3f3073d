-- What lives elsewhere: accounts and posts with an address of their own. '' is ours.
ALTER TABLE account ADD COLUMN uri TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN url TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN moved_to_id BIGINT;
ALTER TABLE account ADD COLUMN suspended_at BIGINT;         -- not shown, not heard
ALTER TABLE account ADD COLUMN hides_network BOOLEAN NOT NULL DEFAULT FALSE; -- who follows whom is not told
CREATE UNIQUE INDEX account_uri ON account (uri) WHERE uri <> '';

ALTER TABLE post ADD COLUMN uri TEXT NOT NULL DEFAULT '';   -- of a boost: of its Announce
ALTER TABLE post ADD COLUMN url TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX post_uri ON post (uri) WHERE uri <> '';

-- An address from elsewhere that must never come back (also when its Delete came first).
CREATE TABLE post_gone (
    uri TEXT PRIMARY KEY,
    at BIGINT NOT NULL
) WITHOUT ROWID;

ALTER TABLE media ADD COLUMN remote_url TEXT NOT NULL DEFAULT ''; -- where the original is; file '' until it is fetched
ALTER TABLE media ADD COLUMN looked_at BIGINT NOT NULL DEFAULT 0;  -- ms; what nobody looks at leaves the cache first
CREATE INDEX media_cached ON media (looked_at) WHERE remote_url <> '' AND file <> '';

-- What federation knows of an account elsewhere.
CREATE TABLE actor (
    account_id BIGINT PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    authority TEXT NOT NULL,             -- host[:port] of uri
    inbox TEXT NOT NULL,
    shared_inbox TEXT NOT NULL DEFAULT '',
    outbox TEXT NOT NULL DEFAULT '',
    followers TEXT NOT NULL DEFAULT '',
    following TEXT NOT NULL DEFAULT '',
    featured TEXT NOT NULL DEFAULT '',
    key_id TEXT NOT NULL DEFAULT '',
    key_pem TEXT NOT NULL DEFAULT '',
    also_known_as TEXT NOT NULL DEFAULT '[]', -- JSON [uri]
    fetched_at BIGINT NOT NULL,
    gone_at BIGINT                       -- its server said 410
);
CREATE INDEX actor_key ON actor (key_id);
CREATE INDEX actor_authority ON actor (authority);
CREATE INDEX actor_followers ON actor (followers) WHERE followers <> '';

-- Our own keys; account_id 0 is the server itself.
CREATE TABLE signing_key (
    account_id BIGINT PRIMARY KEY,
    public_pem TEXT NOT NULL,
    sealed TEXT NOT NULL,                -- private key, AES-256-GCM under the key file, base64
    created_at BIGINT NOT NULL
);

-- Another server, by the authority (host[:port]) of its addresses.
CREATE TABLE peer (
    host TEXT PRIMARY KEY,
    software TEXT NOT NULL DEFAULT '',
    version TEXT NOT NULL DEFAULT '',
    asked_at BIGINT NOT NULL DEFAULT 0,  -- NodeInfo
    signature TEXT NOT NULL DEFAULT '',  -- what it accepted last: cavage | rfc9421
    waiting BIGINT NOT NULL DEFAULT 0,   -- deliveries
    next_at BIGINT NOT NULL DEFAULT 0,   -- ms; not before (pause, breaker, or the end of a lease)
    failures BIGINT NOT NULL DEFAULT 0,  -- in a row
    failing_since BIGINT,
    delivered_at BIGINT,
    error TEXT NOT NULL DEFAULT '',
    heard_at BIGINT                      -- its last letter
);
CREATE INDEX peer_due ON peer (next_at) WHERE waiting > 0;

-- An outgoing activity, rendered once.
CREATE TABLE activity (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,          -- who signs; 0 the server itself
    kind TEXT NOT NULL,                  -- Create | Delete | Follow ...
    object_uri TEXT NOT NULL,
    post_id BIGINT,
    body TEXT NOT NULL,                  -- JSON
    created_at BIGINT NOT NULL,
    inboxes BIGINT NOT NULL DEFAULT 0,   -- all told; those done, refused and given up follow
    hosts BIGINT NOT NULL DEFAULT 0,
    followers BIGINT NOT NULL DEFAULT 0,
    inboxes_done BIGINT NOT NULL DEFAULT 0,
    followers_done BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX activity_post ON activity (post_id, id) WHERE post_id IS NOT NULL;
CREATE INDEX activity_account ON activity (account_id, id);

CREATE TABLE delivery (
    host TEXT NOT NULL,
    id BIGINT NOT NULL,                  -- rises: the order within a host
    activity_id BIGINT NOT NULL,
    inbox TEXT NOT NULL,
    followers BIGINT NOT NULL DEFAULT 0, -- how many of ours it reaches there
    tries BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (host, id)
) WITHOUT ROWID;
CREATE INDEX delivery_activity ON delivery (activity_id);

-- What will not arrive, and why.
CREATE TABLE delivery_failed (
    activity_id BIGINT NOT NULL,
    inbox TEXT NOT NULL,
    host TEXT NOT NULL,
    followers BIGINT NOT NULL,
    reason TEXT NOT NULL,                -- refused: 403 ... | given up after 7 days ...
    at BIGINT NOT NULL,
    PRIMARY KEY (activity_id, inbox)
) WITHOUT ROWID;

-- A letter that was accepted and is not read yet.
CREATE TABLE letter (
    id BIGINT PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,            -- of the activity
    actor_uri TEXT NOT NULL,             -- who signed it
    host TEXT NOT NULL,
    recipient_id BIGINT,                 -- whose inbox; NULL the shared one
    body TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',     -- why it was parked
    parked_at BIGINT
);
CREATE INDEX letter_parked ON letter (parked_at) WHERE parked_at IS NOT NULL;

-- Activities that were read.
CREATE TABLE seen (
    uri TEXT PRIMARY KEY,
    at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_at ON seen (at);

-- What was refused, counted.
CREATE TABLE dropped (
    day TEXT NOT NULL,                   -- UTC
    reason TEXT NOT NULL,
    host TEXT NOT NULL DEFAULT '',       -- '' where nobody was proven
    times BIGINT NOT NULL,
    PRIMARY KEY (day, reason, host)
) WITHOUT ROWID;

-- What the owner decided about a domain and its subdomains.
CREATE TABLE domain_rule (
    domain TEXT PRIMARY KEY,
    severity TEXT NOT NULL,              -- allow | limit | suspend
    reject_media BOOLEAN NOT NULL DEFAULT FALSE,
    reject_reports BOOLEAN NOT NULL DEFAULT FALSE,
    comment TEXT NOT NULL DEFAULT '',    -- for the owner
    public_comment TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT '',     -- of a subscribed list: its address
    created_at BIGINT NOT NULL
);
