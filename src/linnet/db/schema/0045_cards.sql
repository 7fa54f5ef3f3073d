-- What a page that posts link to says of itself, by its address without what only tracks.
CREATE TABLE card (
    address TEXT PRIMARY KEY,
    url TEXT NOT NULL DEFAULT '',        -- where it led in the end
    title TEXT NOT NULL DEFAULT '',      -- '': there is nothing to show
    description TEXT NOT NULL DEFAULT '',
    media_id BIGINT,                     -- its picture, fetched when somebody looks
    language TEXT NOT NULL DEFAULT '',
    problem TEXT NOT NULL DEFAULT '',    -- why there is nothing to show
    asked_at BIGINT NOT NULL,            -- ms; also by whoever asks just now
    fresh_until BIGINT NOT NULL          -- ms; nobody asks again before
) WITHOUT ROWID;
CREATE INDEX card_asked ON card (asked_at);

-- Which card stands under which post. `url`: what a click should lead through, where that counts.
CREATE TABLE post_card (
    post_id BIGINT PRIMARY KEY,
    address TEXT NOT NULL,
    url TEXT NOT NULL DEFAULT ''
);
CREATE INDEX post_card_address ON post_card (address);

-- When something elsewhere was last asked about because somebody looked: a profile by the id of its
-- account, a thread by the id of the post it begins with.
CREATE TABLE asked (
    what TEXT NOT NULL,                  -- profile | thread | filled (a profile was read)
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (what, id)
) WITHOUT ROWID;
CREATE INDEX asked_at ON asked (at);
