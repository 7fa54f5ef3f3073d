-- A trial: does posting bring anything? planned -> frozen -> running -> stopped | ended -> judged, or dropped.
CREATE TABLE trial (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,          -- the firm's own: whose posts are on or quiet
    person_id BIGINT NOT NULL,           -- who planned it
    stage TEXT NOT NULL,                 -- planned | frozen | running | stopped | ended | judged | dropped
    time_zone TEXT NOT NULL,             -- its own, whatever becomes of the firm's
    plan TEXT NOT NULL,                  -- JSON: what the owner chose, and what it was suggested from
    power TEXT NOT NULL DEFAULT '',      -- JSON: the power step, how far it is and what it found
    protocol TEXT NOT NULL DEFAULT '',   -- JSON, from the freeze on; never changed after it
    protocol_hash TEXT NOT NULL DEFAULT '',
    seed TEXT NOT NULL DEFAULT '',       -- hex; shown when the trial is over
    seed_hash TEXT NOT NULL DEFAULT '',  -- shown from the freeze on
    first_day TEXT NOT NULL DEFAULT '',
    last_day TEXT NOT NULL DEFAULT '',
    alive_at BIGINT NOT NULL DEFAULT 0,  -- the latest moment that the trial has lived through, ms
    post_id BIGINT,                      -- the post that made both hashes public
    verdict TEXT NOT NULL DEFAULT '',    -- JSON, once it is judged
    created_at BIGINT NOT NULL,
    frozen_at BIGINT,
    over_at BIGINT                       -- stopped or ended
);
-- one at a time
CREATE UNIQUE INDEX trial_open ON trial (account_id) WHERE stage NOT IN ('judged', 'dropped');

-- Every day of a trial, from the freeze on: what it was meant to be, and what came.
CREATE TABLE trial_day (
    trial_id BIGINT NOT NULL,
    day TEXT NOT NULL,                   -- 2026-11-24 in the trial's zone
    span BIGINT NOT NULL,                -- half-week or week it belongs to, from 0: what is made known together
    arm TEXT NOT NULL,                   -- on | quiet, as drawn
    state TEXT NOT NULL DEFAULT 'open',  -- open | counted | dropped; never open again
    reason TEXT NOT NULL DEFAULT '',     -- why it was dropped, in words
    alive BIGINT NOT NULL DEFAULT 0,     -- ms of this day in which the server counted
    visits BIGINT NOT NULL DEFAULT 0,    -- not from search, ads or mail
    search BIGINT NOT NULL DEFAULT 0,
    paid BIGINT NOT NULL DEFAULT 0,      -- ads and mail
    machines BIGINT NOT NULL DEFAULT 0,  -- and unsure ones: a sign that counting works
    counted_at BIGINT,
    PRIMARY KEY (trial_id, day)
) WITHOUT ROWID;

-- What went out in a running trial: posts, boosts and answers nobody asked for.
CREATE TABLE trial_post (
    post_id BIGINT PRIMARY KEY,
    trial_id BIGINT NOT NULL,
    day TEXT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,                  -- post | boost
    quiet BOOLEAN NOT NULL               -- in quiet time, because somebody insisted
);
CREATE INDEX trial_post_day ON trial_post (trial_id, day);

-- A look before the end, at its date.
CREATE TABLE trial_look (
    trial_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    day TEXT NOT NULL,                   -- the last day that it reads
    result TEXT NOT NULL,                -- JSON
    at BIGINT NOT NULL,
    PRIMARY KEY (trial_id, number)
) WITHOUT ROWID;

-- What happened to a trial: who insisted on posting, what moved, when the clock went back.
CREATE TABLE trial_note (
    id BIGINT PRIMARY KEY,
    trial_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    person_id BIGINT,                    -- NULL: nobody, it came about by itself
    what TEXT NOT NULL,                  -- override | moved | clock | zone | freeze | stop | look ...
    words TEXT NOT NULL
);
CREATE INDEX trial_note_of ON trial_note (trial_id, id);

-- Planned posts in a trial: what moved them, and that somebody insisted on a quiet time.
ALTER TABLE draft ADD COLUMN moved TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN insists BOOLEAN NOT NULL DEFAULT FALSE;
