-- An account of ours that was closed. What is left of it is taken away by a job, piece by piece; its row stays,
-- so that nobody else can have its handle.
CREATE TABLE closing (
    account_id BIGINT PRIMARY KEY,
    closed_at BIGINT NOT NULL,
    person_id BIGINT,                    -- who closed it; NULL: the command line
    done_at BIGINT                       -- since then nothing is left
);

-- Addresses from elsewhere that must never come back, and who said so: an account of elsewhere, whom it is
-- believed for its own posts only; 0: the address itself (its server answered 410).
CREATE TABLE farewell (
    uri TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (uri, account_id)
) WITHOUT ROWID;
INSERT INTO farewell (uri, account_id, at) SELECT uri, 0, at FROM post_gone;
DROP TABLE post_gone;

-- How often a server complained lately.
CREATE INDEX report_host ON report (from_host, created_at) WHERE from_host <> '';

-- Where an account elsewhere says that it went; shown only when the account there says so too.
ALTER TABLE actor ADD COLUMN moved_to TEXT NOT NULL DEFAULT '';
