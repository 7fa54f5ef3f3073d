-- What was asked for by reading a whole table (looked at with EXPLAIN, on both databases).
CREATE INDEX media_account ON media (account_id);          -- an account is closed
CREATE INDEX pin_post ON pin (post_id);                    -- a post is deleted
CREATE INDEX poll_post ON poll (post_id);                  -- votes are told
CREATE INDEX account_here ON account (id) WHERE host = ''; -- NodeInfo; who lives here; a letter adds nobody to it
CREATE INDEX account_here_wrote ON account (last_post_at) WHERE host = '' AND discoverable; -- suggestions, the directory
CREATE INDEX post_app ON post (app_id) WHERE app_id IS NOT NULL; -- apps never used; of ours only
CREATE INDEX post_here ON post (id)                        -- the local timeline; of ours only
    WHERE uri = '' AND visibility = 'public' AND boost_of_id IS NULL;
