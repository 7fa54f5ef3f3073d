-- Time elsewhere has a channel, what was done, and how it got here.
ALTER TABLE effort_entry ADD COLUMN channel TEXT NOT NULL DEFAULT 'other';
ALTER TABLE effort_entry ADD COLUMN activity TEXT NOT NULL DEFAULT 'outside';
ALTER TABLE effort_entry ADD COLUMN how TEXT NOT NULL DEFAULT 'hand'; -- hand | tap | timer | ics | csv
ALTER TABLE effort_entry ADD COLUMN ref TEXT NOT NULL DEFAULT '';     -- what it was in its file: twice is once
CREATE UNIQUE INDEX effort_entry_ref ON effort_entry (person_id, ref) WHERE ref <> '';

-- The stopwatch that somebody has running: one each.
CREATE TABLE effort_timer (
    person_id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    channel TEXT NOT NULL,
    note TEXT NOT NULL,
    started_at BIGINT NOT NULL
);
-- What an hour costs beyond the hourly cost, from a day on: 1000 is nothing more.
CREATE TABLE effort_overhead (
    since_day TEXT PRIMARY KEY,
    permille BIGINT NOT NULL
) WITHOUT ROWID;
-- What is paid by the month.
CREATE TABLE effort_tool (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    amount BIGINT NOT NULL,              -- minor units a month
    currency TEXT NOT NULL,              -- ISO 4217
    first TEXT NOT NULL,                 -- 2026-11-24
    last TEXT NOT NULL                   -- the last day it is paid for, '' while it goes on
);
