-- Somebody complains about an account. `from_id` NULL: another server, in nobody's name.
CREATE TABLE report (
    id BIGINT PRIMARY KEY,
    uri TEXT NOT NULL DEFAULT '',        -- of the Flag that came from elsewhere
    from_id BIGINT,
    from_host TEXT NOT NULL DEFAULT '',
    about_id BIGINT NOT NULL,
    post_ids TEXT NOT NULL DEFAULT '[]', -- JSON [id]
    category TEXT NOT NULL DEFAULT 'other', -- spam | legal | violation | other
    comment TEXT NOT NULL DEFAULT '',
    forwarded BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    closed_by BIGINT                     -- the person
);
CREATE INDEX report_open ON report (id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX report_uri ON report (uri) WHERE uri <> '';
