-- A source of news. All sources are the firm's; what is made of their entries is each account's.
CREATE TABLE feed (
    id BIGINT PRIMARY KEY,
    address TEXT NOT NULL,               -- what is fetched
    address_key TEXT NOT NULL,           -- one spelling of it
    site TEXT NOT NULL DEFAULT '',       -- the website it belongs to
    title TEXT NOT NULL DEFAULT '',
    format TEXT NOT NULL DEFAULT '',     -- rss20, atom10, json11 ... as it was read last
    state TEXT NOT NULL,                 -- new | live | failing | dead
    problem TEXT NOT NULL DEFAULT '',    -- why it is failing or dead, in words
    etag TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    body_hash TEXT NOT NULL DEFAULT '',  -- SHA-256 of the last body: for servers without validators
    every BIGINT NOT NULL,               -- ms between two looks, from how often it publishes
    next_at BIGINT,                      -- when it is looked at next; NULL: never (dead)
    fetched_at BIGINT,                   -- last look
    good_at BIGINT,                      -- last look that brought a feed, or "not changed"
    failures BIGINT NOT NULL DEFAULT 0,  -- in a row
    failing_since BIGINT,
    added_by BIGINT,                     -- person
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX feed_address ON feed (address_key);
CREATE INDEX feed_next ON feed (next_at) WHERE next_at IS NOT NULL;

-- A story: what several sources carry is one.
CREATE TABLE entry (
    id BIGINT PRIMARY KEY,
    url TEXT NOT NULL,                   -- to read and to share: without tracking keys
    url_key TEXT NOT NULL,               -- to compare
    title TEXT NOT NULL,                 -- plain text, as all of these
    summary TEXT NOT NULL,
    author TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    dated BOOLEAN NOT NULL,              -- FALSE: the source gives no (sane) date; it is when we found it
    found_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX entry_url ON entry (url_key);
CREATE INDEX entry_published ON entry (published_at);

-- That a source carries a story, under which address, and why it was taken for the same one.
CREATE TABLE entry_feed (
    feed_id BIGINT NOT NULL,
    guid TEXT NOT NULL,                  -- the source's own name for it
    entry_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    url_key TEXT NOT NULL,
    why TEXT NOT NULL,                   -- first | same address | alike: 5 of 7 words
    found_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,             -- when the source still had it
    PRIMARY KEY (feed_id, guid)
) WITHOUT ROWID;
CREATE INDEX entry_feed_entry ON entry_feed (entry_id);
CREATE INDEX entry_feed_url ON entry_feed (url_key);
CREATE INDEX entry_feed_found ON entry_feed (feed_id, found_at);

-- What an account made of a story.
CREATE TABLE entry_verdict (
    account_id BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    verdict TEXT NOT NULL,               -- shared | saved | dismissed
    reason TEXT NOT NULL DEFAULT '',     -- of a dismissal: old | known | off_topic | ''
    person_id BIGINT,
    draft_id BIGINT,                     -- shared: by way of this draft
    post_id BIGINT,                      -- shared: as this post, once it is out
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, entry_id)
) WITHOUT ROWID;
CREATE INDEX entry_verdict_entry ON entry_verdict (entry_id, verdict);
CREATE INDEX entry_verdict_time ON entry_verdict (account_id, verdict, decided_at);

-- That an account was shown a story: a source that never gave anything sinks.
CREATE TABLE entry_shown (
    account_id BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    shown_at BIGINT NOT NULL,            -- the first time
    PRIMARY KEY (account_id, entry_id)
) WITHOUT ROWID;
CREATE INDEX entry_shown_entry ON entry_shown (entry_id);
