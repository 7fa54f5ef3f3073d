-- Trials of ours that are public.
CREATE TABLE trial_public (
    trial_id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    baseline TEXT NOT NULL,              -- bands, as they were at the registration
    followers TEXT NOT NULL,
    post_id BIGINT NOT NULL,             -- that said so
    result_post_id BIGINT                -- that told the result
);

-- Trials that other firms made public, as they say it themselves.
CREATE TABLE pooled_trial (
    address TEXT PRIMARY KEY,            -- of its JSON
    actor TEXT NOT NULL DEFAULT '',      -- who signed it; '' until it was read
    state TEXT NOT NULL DEFAULT '',      -- registered | finished
    body TEXT NOT NULL DEFAULT '',       -- the JSON, as it was last believed
    problem TEXT NOT NULL DEFAULT '',    -- why it could not be read or believed, in words
    added_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX pooled_trial_due ON pooled_trial (read_at);

-- Lists of public trials at other servers.
CREATE TABLE pooled_list (
    address TEXT PRIMARY KEY,
    problem TEXT NOT NULL DEFAULT '',
    added_at BIGINT NOT NULL,
    read_at BIGINT
);
