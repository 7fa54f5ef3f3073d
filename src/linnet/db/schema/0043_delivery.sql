-- Whoever holds a host while delivering to it says until when; 0: nobody does.
ALTER TABLE peer ADD COLUMN held BIGINT NOT NULL DEFAULT 0;

-- Letters about one thing: a later one takes the place of an earlier one that never left.
CREATE INDEX activity_object ON activity (object_uri, id);

-- Lists of domains, kept by others, that the owner follows.
CREATE TABLE domain_list (
    address TEXT PRIMARY KEY,
    added_at BIGINT NOT NULL,
    asked_at BIGINT NOT NULL DEFAULT 0,
    read_at BIGINT,                      -- the last time it could be read
    domains BIGINT NOT NULL DEFAULT 0,   -- on it, as it was read
    error TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX domain_rule_source ON domain_rule (source) WHERE source <> '';
