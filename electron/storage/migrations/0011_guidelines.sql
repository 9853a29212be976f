-- What annotators are asked to do, and the kinds of changes they sort by: appended, the newest counts.
CREATE TABLE guidelines (
  seq INTEGER PRIMARY KEY,
  text TEXT NOT NULL,
  kinds TEXT NOT NULL CHECK (json_valid(kinds)),
  created_at TEXT NOT NULL
) STRICT;

-- How the annotator has sorted the changes of a revision; null if not at all.
ALTER TABLE annotations ADD COLUMN change_kinds TEXT CHECK (change_kinds IS NULL OR json_valid(change_kinds));
