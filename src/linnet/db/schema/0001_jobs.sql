-- Durable work. A claim moves run_at to the end of the lease, so one index serves both
-- "what is due" and "whose worker died".
CREATE TABLE job (
    id BIGINT PRIMARY KEY,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,          -- JSON of the Job value
    key TEXT,                    -- at most one waiting job per key
    run_at BIGINT NOT NULL,      -- ms; due, or end of the lease
    tries BIGINT NOT NULL DEFAULT 0,
    claim BIGINT,                -- whose lease; NULL while it waits
    created_at BIGINT NOT NULL,
    error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX job_due ON job (lane, run_at);
CREATE UNIQUE INDEX job_key ON job (key) WHERE key IS NOT NULL;

-- Work that was given up, with the reason, for a person to look at.
CREATE TABLE job_parked (
    id BIGINT PRIMARY KEY,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    key TEXT,
    tries BIGINT NOT NULL,
    error TEXT NOT NULL,
    parked_at BIGINT NOT NULL
);

-- Facts about this server that are not settings: its address at first start, the firm's set-up token.
CREATE TABLE server_fact (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
