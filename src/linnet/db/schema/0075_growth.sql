-- Pages that stay as fast when the server has a million posts of others.

-- An account's posts with pictures, newest first.
DROP INDEX media_account;
CREATE INDEX media_account ON media (account_id, post_id);

-- Notices of one kind, newest first: answers among many stars.
CREATE INDEX notice_kind ON notice (account_id, kind, id, from_id);
