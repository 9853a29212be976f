-- Words of a judge that were no verdict: kept as they came, counted, and not asked for again.
CREATE TABLE unread_replies (
  seq INTEGER PRIMARY KEY,
  evaluation_id TEXT NOT NULL REFERENCES evaluations (id),
  pair_id TEXT NOT NULL,
  judge TEXT NOT NULL,
  swapped INTEGER NOT NULL CHECK (swapped IN (0, 1)),
  raw_reply TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE INDEX unread_replies_by_evaluation ON unread_replies (evaluation_id);
