-- Who may quote: public | followers | nobody; of a post from elsewhere also ask (its author is asked).
ALTER TABLE account ADD COLUMN default_quotes TEXT NOT NULL DEFAULT 'public';
ALTER TABLE post ADD COLUMN quotable TEXT NOT NULL DEFAULT 'nobody';
ALTER TABLE post ADD COLUMN quotes_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN quote_id BIGINT;
ALTER TABLE draft ADD COLUMN quotable TEXT NOT NULL DEFAULT ''; -- '' : as the account has set when it goes out
-- As other servers were told until now.
UPDATE post SET quotable = 'public'
    WHERE uri = '' AND boost_of_id IS NULL AND visibility IN ('public', 'quiet');

-- A post that quotes another one.
CREATE TABLE quote (
    post_id BIGINT PRIMARY KEY,
    quoted_id BIGINT NOT NULL,
    state TEXT NOT NULL,                 -- pending | accepted | rejected | revoked | deleted
    stamp_uri TEXT NOT NULL DEFAULT '',  -- where the quoted author's server says yes; '' of ours and of one's own
    since BIGINT NOT NULL
);
CREATE INDEX quote_quoted ON quote (quoted_id, post_id);
CREATE INDEX quote_stamp ON quote (stamp_uri) WHERE stamp_uri <> '';

-- The leave of one of ours to be quoted, which other servers may look at (FEP-044f).
CREATE TABLE stamp (
    id BIGINT PRIMARY KEY,
    quoted_post_id BIGINT NOT NULL,
    quoting_id BIGINT NOT NULL,
    quoting_uri TEXT NOT NULL DEFAULT '', -- '' : the quoting post is ours too
    quoting_account_id BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX stamp_pair ON stamp (quoted_post_id, quoting_id);
CREATE INDEX stamp_quoting ON stamp (quoting_id);
