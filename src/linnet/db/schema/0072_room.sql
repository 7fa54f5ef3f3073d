-- How long a letter is, in bytes: what waits and what is parked have a budget. (Those that are there
-- already are counted in characters: they are gone in a while.)
ALTER TABLE letter ADD COLUMN size BIGINT NOT NULL DEFAULT 0;
UPDATE letter SET size = LENGTH(body);

-- What waits is added up once a second, from this alone; at its end, so that a letter costs next to nothing.
CREATE INDEX letter_waiting ON letter (received_at, size, host, parked_at) WHERE parked_at IS NULL;
DROP INDEX letter_parked;
CREATE INDEX letter_parked ON letter (parked_at, id, size) WHERE parked_at IS NOT NULL;

-- Work that was given up is forgotten after a while.
CREATE INDEX job_parked_at ON job_parked (parked_at);
