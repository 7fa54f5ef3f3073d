-- How the firm begins to post. A firm without a row posted before anybody was asked.
CREATE TABLE firm_start (
    account_id BIGINT PRIMARY KEY,       -- the firm's own
    day TEXT NOT NULL DEFAULT '',        -- the day that was chosen, 2026-12-24; '': the first with the whole baseline before it
    waived_by BIGINT,                    -- the person who did without the whole baseline
    waived_at BIGINT,
    waived_days BIGINT,                  -- days of visits that were counted by then
    begun_at BIGINT,                     -- the first public post
    begun_days BIGINT,
    begun_how TEXT NOT NULL DEFAULT ''   -- page | app
);
INSERT INTO firm_start (account_id)
    SELECT f.account_id FROM firm f WHERE NOT EXISTS (SELECT 1 FROM post p WHERE p.account_id = f.account_id);
