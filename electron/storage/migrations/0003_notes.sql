-- What annotators note on items: appended, the newest counts.

CREATE TABLE notes (
  seq INTEGER PRIMARY KEY,
  item_id TEXT NOT NULL REFERENCES items (id),
  annotator TEXT NOT NULL CHECK (annotator <> ''),
  text TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE INDEX notes_by_item ON notes (item_id, annotator);
