-- A post; a boost is a post of its own with boost_of_id.
CREATE TABLE post (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    person_id BIGINT,                    -- who wrote it; NULL when it came from elsewhere
    text TEXT NOT NULL DEFAULT '',
    html TEXT NOT NULL DEFAULT '',
    warning TEXT NOT NULL DEFAULT '',
    sensitive BOOLEAN NOT NULL DEFAULT FALSE,
    visibility TEXT NOT NULL,            -- public | quiet | followers | direct
    language TEXT NOT NULL DEFAULT '',
    reply_to_id BIGINT,
    reply_to_account_id BIGINT,
    root_id BIGINT NOT NULL,             -- the thread; its own id when it starts one
    boost_of_id BIGINT,
    poll_id BIGINT,
    app_id BIGINT,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    replies_count BIGINT NOT NULL DEFAULT 0,
    boosts_count BIGINT NOT NULL DEFAULT 0,
    favourites_count BIGINT NOT NULL DEFAULT 0,
    revision BIGINT NOT NULL DEFAULT 1   -- rises with everything a reader can see
);
CREATE INDEX post_account ON post (account_id, id);
CREATE INDEX post_root ON post (root_id, id);
CREATE INDEX post_reply ON post (reply_to_id) WHERE reply_to_id IS NOT NULL;
CREATE UNIQUE INDEX post_boost ON post (boost_of_id, account_id) WHERE boost_of_id IS NOT NULL;
CREATE INDEX post_public ON post (id) WHERE visibility = 'public' AND boost_of_id IS NULL;

-- An id that must never come back.
CREATE TABLE tombstone (
    post_id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL
);

-- Idempotency-Key as a unique fact, for ever.
CREATE TABLE post_key (
    account_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    post_id BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
) WITHOUT ROWID;

-- Earlier versions of an edited post.
CREATE TABLE post_version (
    post_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    warning TEXT NOT NULL,
    sensitive BOOLEAN NOT NULL,
    media TEXT NOT NULL DEFAULT '[]',    -- JSON [{id, alt}]
    PRIMARY KEY (post_id, at)
) WITHOUT ROWID;

CREATE TABLE mention (
    post_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    PRIMARY KEY (post_id, account_id)
) WITHOUT ROWID;
CREATE INDEX mention_account ON mention (account_id, post_id);

CREATE TABLE tag (
    id BIGINT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,            -- NFKC, case folded
    name TEXT NOT NULL                   -- as first written
);
CREATE TABLE post_tag (
    tag_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL,
    PRIMARY KEY (tag_id, post_id)
) WITHOUT ROWID;
CREATE INDEX post_tag_post ON post_tag (post_id);
CREATE TABLE tag_follow (
    account_id BIGINT NOT NULL,
    tag_id BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (account_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX tag_follow_tag ON tag_follow (tag_id);

CREATE TABLE favourite (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX favourite_pair ON favourite (post_id, account_id);
CREATE INDEX favourite_account ON favourite (account_id, id);

CREATE TABLE bookmark (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX bookmark_pair ON bookmark (post_id, account_id);
CREATE INDEX bookmark_account ON bookmark (account_id, id);

CREATE TABLE pin (
    account_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, post_id)
) WITHOUT ROWID;

CREATE TABLE thread_mute (
    account_id BIGINT NOT NULL,
    root_id BIGINT NOT NULL,
    PRIMARY KEY (account_id, root_id)
) WITHOUT ROWID;

CREATE TABLE media (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    person_id BIGINT,
    post_id BIGINT,                      -- NULL until it is used
    use TEXT NOT NULL DEFAULT 'post',    -- post | avatar | header | logo
    kept BOOLEAN NOT NULL DEFAULT FALSE, -- a draft or the firm needs it: not swept while loose
    position BIGINT NOT NULL DEFAULT 0,  -- -1: an edit took it out; it stays for the history
    mime TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    file TEXT NOT NULL,                  -- opaque name in the media folder
    thumb_file TEXT NOT NULL DEFAULT '',
    thumb_width BIGINT NOT NULL DEFAULT 0,
    thumb_height BIGINT NOT NULL DEFAULT 0,
    blurhash TEXT NOT NULL DEFAULT '',
    alt TEXT NOT NULL DEFAULT '',
    focus_x DOUBLE PRECISION NOT NULL DEFAULT 0,
    focus_y DOUBLE PRECISION NOT NULL DEFAULT 0,
    loose_since BIGINT NOT NULL          -- when it was made, or lost its post
);
CREATE UNIQUE INDEX media_file ON media (file);
CREATE INDEX media_post ON media (post_id, position) WHERE post_id IS NOT NULL;
CREATE INDEX media_loose ON media (loose_since) WHERE post_id IS NULL AND NOT kept;

CREATE TABLE poll (
    id BIGINT PRIMARY KEY,
    post_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    multiple BOOLEAN NOT NULL,
    hide_totals BOOLEAN NOT NULL,
    expires_at BIGINT NOT NULL,
    voters_count BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE poll_option (
    poll_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    votes_count BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (poll_id, position)
) WITHOUT ROWID;
CREATE TABLE poll_vote (
    poll_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (poll_id, account_id, position)
) WITHOUT ROWID;

CREATE TABLE follow (
    id BIGINT PRIMARY KEY,               -- pages through followers in order
    follower_id BIGINT NOT NULL,
    followee_id BIGINT NOT NULL,
    boosts BOOLEAN NOT NULL DEFAULT TRUE,  -- show their boosts at home
    tell BOOLEAN NOT NULL DEFAULT FALSE,   -- notice for every post
    since BIGINT NOT NULL
);
CREATE UNIQUE INDEX follow_pair ON follow (followee_id, follower_id);
CREATE INDEX follow_follower ON follow (follower_id, id);
CREATE INDEX follow_followee ON follow (followee_id, id);

CREATE TABLE follow_request (
    id BIGINT PRIMARY KEY,
    follower_id BIGINT NOT NULL,
    followee_id BIGINT NOT NULL,
    boosts BOOLEAN NOT NULL DEFAULT TRUE,
    tell BOOLEAN NOT NULL DEFAULT FALSE,
    since BIGINT NOT NULL
);
CREATE UNIQUE INDEX follow_request_pair ON follow_request (followee_id, follower_id);
CREATE INDEX follow_request_follower ON follow_request (follower_id);

CREATE TABLE block (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    since BIGINT NOT NULL
);
CREATE UNIQUE INDEX block_pair ON block (account_id, target_id);
CREATE INDEX block_target ON block (target_id);

CREATE TABLE mute (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    notices BOOLEAN NOT NULL,            -- their notices are hidden too
    until BIGINT,                        -- ms; NULL for ever
    since BIGINT NOT NULL
);
CREATE UNIQUE INDEX mute_pair ON mute (account_id, target_id);

CREATE TABLE account_note (
    account_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (account_id, target_id)
) WITHOUT ROWID;

-- What stands in whose home timeline.
CREATE TABLE timeline (
    owner_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL,
    PRIMARY KEY (owner_id, post_id)
) WITHOUT ROWID;

-- Something happened that concerns an account.
CREATE TABLE notice (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    kind TEXT NOT NULL,                  -- mention | boost | favourite | follow | follow_request | poll | post | edit
    from_id BIGINT NOT NULL,
    post_id BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX notice_account ON notice (account_id, id);
CREATE INDEX notice_post ON notice (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX notice_pair ON notice (from_id, account_id);

-- How far a person has read (client API "markers").
CREATE TABLE marker (
    account_id BIGINT NOT NULL,
    timeline TEXT NOT NULL,              -- home | notifications
    last_read_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, timeline)
) WITHOUT ROWID;
