-- A tracked address: the code and what it stands for.
CREATE TABLE link (
    code TEXT PRIMARY KEY,               -- base58 of 40 random bits, 7 characters
    kind TEXT NOT NULL,                  -- site (?ln=code on an own site) | go (/go/code)
    target TEXT NOT NULL,                -- the address without the code
    canonical TEXT NOT NULL,             -- the same page under one spelling, for sums
    account_id BIGINT NOT NULL,
    post_id BIGINT,                      -- NULL: not made for a post (newsletter, QR)
    channel TEXT NOT NULL,               -- fediverse | bluesky | linkedin | newsletter | qr | other
    created_at BIGINT NOT NULL,
    burst_at BIGINT,                     -- more than five unsure visitors within a minute of delivery
    stopped_at BIGINT                    -- the owner switched it off
);
CREATE UNIQUE INDEX link_use ON link (post_id, channel, kind, target) WHERE post_id IS NOT NULL;
CREATE INDEX link_account ON link (account_id, created_at);
CREATE INDEX link_canonical ON link (canonical);

-- What a machine is shown for a go link: title and picture of the target, fetched once.
CREATE TABLE link_preview (
    target TEXT PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    image TEXT NOT NULL DEFAULT '',
    site_name TEXT NOT NULL DEFAULT '',
    problem TEXT NOT NULL DEFAULT '',    -- why there is none, in words
    fetched_at BIGINT NOT NULL
);

-- Hits of one visitor folded: 30 minutes of silence end a visit, another code begins one.
-- visitor: HMAC under the salt of the day, 64 bits; no address and no user agent is kept.
CREATE TABLE visit (
    id BIGINT PRIMARY KEY,
    visitor BIGINT NOT NULL,
    site TEXT NOT NULL,                  -- host that was visited
    code TEXT NOT NULL DEFAULT '',       -- link it came by, '' for none
    path TEXT NOT NULL,                  -- where it began, without query
    referrer TEXT NOT NULL DEFAULT '',   -- host only
    agent TEXT NOT NULL DEFAULT '',      -- "Firefox 140, desktop" or "Mastodon 4.6.0, freiburg.social"
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    hits BIGINT NOT NULL,
    kind TEXT NOT NULL,                  -- the best of its hits: confirmed | person | unsure | preview | machine | prefetch | probe | staff
    rule TEXT NOT NULL                   -- the rule that gave it: R0..R6, RB (burst), RS (staff)
);
CREATE INDEX visit_open ON visit (visitor, last_at);
CREATE INDEX visit_time ON visit (first_at, kind);
CREATE INDEX visit_code ON visit (code, first_at) WHERE code <> '';
CREATE INDEX visit_site ON visit (site, first_at);

-- Every single hit: what was seen of it, and what the rules made of it.
CREATE TABLE hit (
    id BIGINT PRIMARY KEY,
    visit_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    source TEXT NOT NULL,                -- go | page (the snippet) | log (imported)
    site TEXT NOT NULL,
    path TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    features TEXT NOT NULL,              -- JSON: the inputs of the rules, for replay
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    line_offset BIGINT,                  -- of a log line: byte where it starts
    line_hash TEXT                       -- and SHA-256 of it without address, user and user agent, cut to 128 bits
);
CREATE INDEX hit_visit ON hit (visit_id);
CREATE INDEX hit_site ON hit (site, id);
CREATE UNIQUE INDEX hit_line ON hit (site, line_offset, line_hash) WHERE line_offset IS NOT NULL;

-- Today's and yesterday's salt, by the firm's local day; never more than 48 hours old.
CREATE TABLE visit_salt (
    day TEXT PRIMARY KEY,                -- 2026-11-24
    secret TEXT NOT NULL,                -- 32 random bytes, hex
    made_at BIGINT NOT NULL
);
-- Browsers that somebody of the firm logged in with, by the same day's hash; goes with its salt.
CREATE TABLE visit_staff (
    visitor BIGINT PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

-- The owner knows better than a rule, for one site.
CREATE TABLE visit_overrule (
    site TEXT NOT NULL,
    rule TEXT NOT NULL,
    kind TEXT NOT NULL,
    person_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (site, rule)
) WITHOUT ROWID;

-- What was read of web server logs, and when.
CREATE TABLE log_import (
    id BIGINT PRIMARY KEY,
    site TEXT NOT NULL,
    name TEXT NOT NULL,                  -- of the file
    at BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    rubbish BIGINT NOT NULL,             -- lines that could not be read
    pages BIGINT NOT NULL,               -- page hits among them
    added BIGINT NOT NULL                -- page hits that were new
);
CREATE INDEX log_import_site ON log_import (site, at);
