-- A which-page trial: every page in every week, what it was meant to be, and how many visits saw it.
-- Its days stand in trial_day too (none of them quiet): by them outages and the clock are known.
CREATE TABLE trial_page (
    trial_id BIGINT NOT NULL,
    week BIGINT NOT NULL,                -- from 0
    page TEXT NOT NULL,                  -- host and path: bakery.example/bread
    promoted BOOLEAN NOT NULL,           -- as drawn
    state TEXT NOT NULL DEFAULT 'open',  -- open | counted | dropped; never open again
    reason TEXT NOT NULL DEFAULT '',     -- why it was dropped, in words
    visits BIGINT NOT NULL DEFAULT 0,
    counted_at BIGINT,
    PRIMARY KEY (trial_id, week, page)
) WITHOUT ROWID;

-- What went out in such a trial and led to one of its pages.
CREATE TABLE trial_link (
    post_id BIGINT NOT NULL,
    page TEXT NOT NULL,
    trial_id BIGINT NOT NULL,
    week BIGINT NOT NULL,
    held BOOLEAN NOT NULL,               -- the page was not to be promoted: somebody insisted
    PRIMARY KEY (post_id, page)
) WITHOUT ROWID;
CREATE INDEX trial_link_of ON trial_link (trial_id, week);
