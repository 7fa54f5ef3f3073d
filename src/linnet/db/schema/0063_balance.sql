-- What an account allows itself, and what is its own beside its websites. No row: the defaults.
CREATE TABLE balance_setting (
    account_id BIGINT PRIMARY KEY,
    rule TEXT NOT NULL,                  -- a preset, or own
    percent BIGINT NOT NULL,             -- how much about itself is all right, of rule own
    words TEXT NOT NULL,                 -- JSON [product or brand]
    shops TEXT NOT NULL,                 -- JSON [address of its place on another website]
    campaign_until TEXT NOT NULL         -- day until which there are no hints, in it; '' for none
);

-- Somebody knew better than the rules what a post is.
CREATE TABLE balance_correction (
    post_id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    kind TEXT NOT NULL,                  -- P | S | C | O
    person_id BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX balance_correction_account ON balance_correction (account_id, post_id);

-- Every hint that was shown, and what came of it. One a day at the most.
CREATE TABLE balance_hint (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    person_id BIGINT,
    day TEXT NOT NULL,                   -- in the firm's zone
    about TEXT NOT NULL,                 -- target | unasked | comment | stranger | alike | every | share
    sentence TEXT NOT NULL,
    key TEXT NOT NULL,                   -- of the composer that it was shown in
    shown_at BIGINT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '',    -- '' | followed | dismissed
    outcome_at BIGINT
);
CREATE UNIQUE INDEX balance_hint_day ON balance_hint (account_id, day);

-- A follower of an account went. Who it was is not kept.
CREATE TABLE balance_unfollow (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    since BIGINT NOT NULL,               -- when they had begun to follow
    at BIGINT NOT NULL
);
CREATE INDEX balance_unfollow_account ON balance_unfollow (account_id, at);
