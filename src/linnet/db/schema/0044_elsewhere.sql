-- A picture from elsewhere has no file until somebody looks at it.
DROP INDEX media_file;
CREATE UNIQUE INDEX media_file ON media (file) WHERE file <> '';
