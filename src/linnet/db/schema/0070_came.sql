-- Which way a visit came, and the words of its address that say so. Never a click id: only what it was called.
ALTER TABLE visit ADD COLUMN came TEXT NOT NULL DEFAULT '';      -- search | ad | mail | social | referral | print | own | direct | other; '' not asked yet
ALTER TABLE visit ADD COLUMN mark TEXT NOT NULL DEFAULT '';      -- name of the click id: gclid, fbclid, mc_cid ...
ALTER TABLE visit ADD COLUMN source TEXT NOT NULL DEFAULT '';    -- utm_source, cleaned and cut
ALTER TABLE visit ADD COLUMN medium TEXT NOT NULL DEFAULT '';    -- utm_medium
ALTER TABLE visit ADD COLUMN campaign TEXT NOT NULL DEFAULT '';  -- utm_campaign

-- Sums by way are counted from the index alone, like those by kind.
DROP INDEX visit_time;
CREATE INDEX visit_time ON visit (first_at, kind, came);

-- Visits of before are asked in the background which way they came; their words were not kept.
INSERT INTO job (id, lane, kind, body, key, run_at, created_at)
    SELECT 70, 'desk', 'ReplayVisits', '{"since":0,"until":4611686018427387904}', 'visits:replay', 0, 0
    WHERE EXISTS (SELECT 1 FROM visit) AND NOT EXISTS (SELECT 1 FROM job WHERE key = 'visits:replay');
