-- Relays: servers that pass on what others write to everybody.
CREATE TABLE relay (
    id BIGINT PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,        -- as the owner named it
    style TEXT NOT NULL DEFAULT '',      -- mastodon (everything is followed) | litepub (its actor is); '' : not known yet
    actor TEXT NOT NULL DEFAULT '',      -- who announces
    inbox TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,                 -- asked | accepted | refused | failed
    problem TEXT NOT NULL DEFAULT '',
    followed_tags BOOLEAN NOT NULL DEFAULT FALSE, -- only posts with a hashtag that somebody here follows
    taken BIGINT NOT NULL DEFAULT 0,     -- posts that came by it
    added_at BIGINT NOT NULL,
    answered_at BIGINT,
    heard_at BIGINT
);
CREATE INDEX relay_actor ON relay (actor) WHERE actor <> '';

-- What the owner decided about the domain of an account elsewhere, so that no timeline has to look for
-- the rule: limit | suspend. Written by a job when the rules change.
ALTER TABLE account ADD COLUMN held TEXT NOT NULL DEFAULT '';
CREATE INDEX account_held ON account (held) WHERE held <> '';
CREATE INDEX account_host ON account (host) WHERE host <> '';

-- The directory: who may be shown to everybody.
CREATE INDEX account_discoverable ON account (last_post_at) WHERE discoverable;

-- People who are not suggested to somebody any more.
CREATE TABLE unsuggested (
    account_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, target_id)
) WITHOUT ROWID;
