-- Followers who live elsewhere are found without looking at those who live here; `uri` is the Follow
-- that came from there, which our answer to it repeats.
ALTER TABLE follow ADD COLUMN elsewhere BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE follow ADD COLUMN uri TEXT NOT NULL DEFAULT '';
ALTER TABLE follow_request ADD COLUMN uri TEXT NOT NULL DEFAULT '';
CREATE INDEX follow_elsewhere ON follow (followee_id) WHERE elsewhere;
UPDATE follow SET elsewhere = TRUE WHERE follower_id IN (SELECT id FROM account WHERE host <> '');
