-- Could everybody see it? Of what only some could, nobody is told that it was there.
ALTER TABLE tombstone ADD COLUMN was_open BOOLEAN NOT NULL DEFAULT TRUE;
