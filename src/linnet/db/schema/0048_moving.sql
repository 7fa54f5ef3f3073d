-- Who an account of ours was before, elsewhere: what its old server asks for when it moves here.
CREATE TABLE alias (
    account_id BIGINT NOT NULL,
    uri TEXT NOT NULL,
    address TEXT NOT NULL,               -- @handle@host, as it was looked up
    since BIGINT NOT NULL,
    PRIMARY KEY (account_id, uri)
) WITHOUT ROWID;
ALTER TABLE account ADD COLUMN moved_at BIGINT;
