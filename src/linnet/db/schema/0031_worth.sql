-- Beats of our own pages: raw for 35 days at most, then only the day totals stay.
-- Only of people who switched their time measuring on.
CREATE TABLE beat (
    person_id BIGINT NOT NULL,
    at BIGINT NOT NULL,                  -- server clock
    tab TEXT NOT NULL,                   -- a random word of the page, new each time it becomes visible
    account_id BIGINT NOT NULL,
    activity TEXT NOT NULL,
    quiet BIGINT NOT NULL,               -- ms since the last key, touch, pointer or scroll
    PRIMARY KEY (person_id, at, tab)
) WITHOUT ROWID;
CREATE INDEX beat_at ON beat (at);

-- Calls of client apps that a person caused: the estimate is made of these. Raw for 35 days at most.
CREATE TABLE api_call (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    kind TEXT NOT NULL                   -- "GET timelines/home"
);
CREATE INDEX api_call_person ON api_call (person_id, at);
CREATE INDEX api_call_at ON api_call (at);

-- A day of a person, in the firm's zone, once it is over.
CREATE TABLE effort_day (
    day TEXT NOT NULL,                   -- 2026-11-24
    person_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    activity TEXT NOT NULL,
    source TEXT NOT NULL,                -- page | app (estimated)
    ms BIGINT NOT NULL,
    PRIMARY KEY (day, person_id, account_id, activity, source)
) WITHOUT ROWID;

-- What people wrote down themselves: phone calls, other networks.
CREATE TABLE effort_entry (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    day TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX effort_entry_day ON effort_entry (day, account_id);
CREATE INDEX effort_entry_person ON effort_entry (person_id, day);

-- Who lets their time be measured. No row: off.
CREATE TABLE effort_person (
    person_id BIGINT PRIMARY KEY,
    measured BOOLEAN NOT NULL,
    changed_at BIGINT NOT NULL
);
-- What an hour of somebody costs from a day on, where it is not the firm's usual hourly cost.
CREATE TABLE effort_rate (
    person_id BIGINT NOT NULL,
    since_day TEXT NOT NULL,
    hourly_cost BIGINT,                  -- minor units of the firm's currency; NULL: the firm's again
    PRIMARY KEY (person_id, since_day)
) WITHOUT ROWID;
-- One row.
CREATE TABLE effort_setting (
    id BIGINT PRIMARY KEY,               -- always 1
    idle BIGINT NOT NULL,                -- ms without input after which nobody is taken to be there
    folded_through TEXT NOT NULL,        -- last day that stands in effort_day, '' for none
    raw_from TEXT NOT NULL               -- first day of which every raw row is still there, '' for all
);
INSERT INTO effort_setting (id, idle, folded_through, raw_from) VALUES (1, 90000, '', '');

-- Sales and refunds as the shop reported them: a row is never changed.
CREATE TABLE sale (
    id BIGINT PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,            -- the shop's own id: the same one twice is one sale
    at BIGINT NOT NULL,
    amount BIGINT NOT NULL,              -- minor units; refunds are negative
    currency TEXT NOT NULL,              -- ISO 4217
    ln TEXT NOT NULL DEFAULT '',         -- tag that was carried
    email_hash TEXT NOT NULL DEFAULT '', -- HMAC-SHA256 under this firm's pepper
    coupon TEXT NOT NULL DEFAULT '',
    refund_of TEXT NOT NULL DEFAULT '',  -- ref of the sale
    source TEXT NOT NULL,                -- hook | csv
    received_at BIGINT NOT NULL
);
CREATE INDEX sale_time ON sale (at, id);
CREATE INDEX sale_email ON sale (email_hash, at) WHERE email_hash <> '';
CREATE INDEX sale_refund ON sale (refund_of) WHERE refund_of <> '';

-- People who asked: a form, a call, a mail.
CREATE TABLE lead (
    id BIGINT PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    ln TEXT NOT NULL DEFAULT '',
    email_hash TEXT NOT NULL DEFAULT '',
    heard TEXT NOT NULL DEFAULT '',      -- "How did you hear about us?", as they wrote it
    source TEXT NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE INDEX lead_time ON lead (at, id);
CREATE INDEX lead_email ON lead (email_hash, at) WHERE email_hash <> '';

-- Keys that shops sign with. A rotated one goes on for a day, so that nothing is lost meanwhile.
CREATE TABLE hook_key (
    id BIGINT PRIMARY KEY,
    secret TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT,                      -- NULL: the current one
    used_at BIGINT                       -- last good signature, to the hour
);
