-- Whether drafts and hints are shown or hidden by chance: appended, the newest counts.
CREATE TABLE trials (
  seq INTEGER PRIMARY KEY,
  trial TEXT NOT NULL CHECK (json_valid(trial)),
  created_at TEXT NOT NULL
) STRICT;

-- Which help was shown or hidden by chance while a revision was made; null outside a trial.
ALTER TABLE annotations ADD COLUMN shown TEXT CHECK (shown IS NULL OR json_valid(shown));
