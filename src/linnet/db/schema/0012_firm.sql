-- The firm that this server is for: one row.
CREATE TABLE firm (
    id BIGINT PRIMARY KEY,               -- always 1
    account_id BIGINT NOT NULL,          -- the account it speaks through
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,             -- IANA name
    currency TEXT NOT NULL,              -- ISO 4217
    hourly_cost BIGINT NOT NULL,         -- minor units (cents) per hour
    office_hours TEXT NOT NULL,          -- JSON [[start, end] minutes of the day | null] Monday first
    field_words TEXT NOT NULL,           -- JSON [word]
    logo_id BIGINT,
    accent TEXT NOT NULL DEFAULT '',     -- #rrggbb, '' for Linnet's own
    created_at BIGINT NOT NULL
);
-- Its own websites.
CREATE TABLE site (
    host TEXT PRIMARY KEY,               -- registrable or full host, lower case, without www.
    url TEXT NOT NULL,
    position BIGINT NOT NULL
);

-- Idea -> draft -> set -> sent | missed.
CREATE TABLE draft (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,           -- who will stand as the writer
    stage TEXT NOT NULL,                 -- idea | draft | set | sent | missed
    text TEXT NOT NULL,
    warning TEXT NOT NULL DEFAULT '',
    sensitive BOOLEAN NOT NULL DEFAULT FALSE,
    visibility TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT '',
    reply_to_id BIGINT,
    media TEXT NOT NULL DEFAULT '[]',    -- JSON [id]
    poll TEXT NOT NULL DEFAULT '',       -- JSON, '' for none
    entry_id BIGINT,                     -- the news item it came from
    go_links BOOLEAN NOT NULL DEFAULT FALSE, -- count foreign links too, because it was asked for
    app_id BIGINT,
    key TEXT NOT NULL DEFAULT '',        -- Idempotency-Key of the client API
    due_at BIGINT,
    post_id BIGINT,                      -- once sent
    problem TEXT NOT NULL DEFAULT '',    -- why it was missed, in words
    version BIGINT NOT NULL DEFAULT 1,   -- two people editing: the second is told
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX draft_due ON draft (account_id, stage, due_at);
CREATE UNIQUE INDEX draft_key ON draft (account_id, key) WHERE key <> '';
