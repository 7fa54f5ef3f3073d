-- Under which id another server knows a favourite of one of its people: some take it back by that alone.
ALTER TABLE favourite ADD COLUMN uri TEXT NOT NULL DEFAULT '';
