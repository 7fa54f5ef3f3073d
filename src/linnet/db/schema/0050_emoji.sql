-- An emoji of another server. `host`: whose documents said so; what it says of others is kept as its own.
CREATE TABLE emoji (
    host TEXT NOT NULL,
    shortcode TEXT NOT NULL,             -- without colons; name@elsewhere: one that `host` says is from there
    media_id BIGINT NOT NULL,            -- its picture: the row stays when the picture changes
    updated_at BIGINT NOT NULL,          -- ms, as its server says; 0: it does not say
    PRIMARY KEY (host, shortcode)
) WITHOUT ROWID;
CREATE UNIQUE INDEX emoji_media ON emoji (media_id);

-- The emoji that stand in their words: JSON [{name, picture}], '' for none.
ALTER TABLE account ADD COLUMN emoji TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN emoji TEXT NOT NULL DEFAULT '';
-- What a reaction from elsewhere was said with, as 🎉 or :blobcat:, '' for a plain favourite; its picture.
ALTER TABLE favourite ADD COLUMN emoji TEXT NOT NULL DEFAULT '';
ALTER TABLE favourite ADD COLUMN emoji_media_id BIGINT;
