-- What people add to a run: a note, tags, and when its page was last looked at. A run without a row has none of them.

CREATE TABLE run_details (
  run_id TEXT PRIMARY KEY REFERENCES runs (id),
  note TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  seen_at TEXT
) STRICT;
