PRAGMA application_id = 1400137076;

PRAGMA user_version = 16;

CREATE INDEX datasets_by_item ON dataset_items (item_seq, dataset_id);

CREATE INDEX judgements_by_evaluation ON judgements (evaluation_id);

CREATE INDEX latest_states_by_state ON latest_states (state, annotation_seq);

CREATE INDEX notes_by_item ON notes (item_id, annotator);

CREATE INDEX run_marks_by_run ON run_marks (run_id);

CREATE INDEX samples_by_run ON samples (run_id, step);

CREATE INDEX skipped_pairs_by_evaluation ON skipped_pairs (evaluation_id);

CREATE INDEX unread_replies_by_evaluation ON unread_replies (evaluation_id);

CREATE TABLE annotations (
  seq INTEGER PRIMARY KEY,
  item_id TEXT NOT NULL REFERENCES items (id),
  annotator TEXT NOT NULL CHECK (annotator <> ''),
  revision INTEGER NOT NULL CHECK (revision > 0),
  state TEXT NOT NULL CHECK (state IN ('draft', 'done', 'skipped', 'flagged')),
  edited TEXT NOT NULL,
  operations TEXT NOT NULL CHECK (json_valid(operations)),
  elapsed_ms REAL NOT NULL,
  provenance TEXT NOT NULL,
  created_at TEXT NOT NULL, change_kinds TEXT CHECK (change_kinds IS NULL OR json_valid(change_kinds)), shown TEXT CHECK (shown IS NULL OR json_valid(shown)), checksum TEXT NOT NULL DEFAULT '',
  UNIQUE (item_id, annotator, revision)
) STRICT;

CREATE TABLE dataset_items (
  dataset_id TEXT NOT NULL REFERENCES datasets (id),
  item_seq INTEGER NOT NULL REFERENCES items (seq),
  PRIMARY KEY (dataset_id, item_seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE datasets (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  files TEXT NOT NULL CHECK (json_valid(files)),
  imported INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  bad INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE evaluations (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  run_id TEXT REFERENCES runs (id),
  config TEXT NOT NULL CHECK (json_valid(config)),
  result TEXT CHECK (result IS NULL OR json_valid(result)),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE guidelines (
  seq INTEGER PRIMARY KEY,
  text TEXT NOT NULL,
  kinds TEXT NOT NULL CHECK (json_valid(kinds)),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE incoming (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  first_item INTEGER NOT NULL,
  last_item INTEGER NOT NULL,
  first_annotation INTEGER NOT NULL,
  last_annotation INTEGER NOT NULL,
  -- Ids of the datasets that the import has created.
  datasets TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(datasets))
) STRICT;

CREATE TABLE item_facts (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  split_point REAL NOT NULL,
  editable INTEGER NOT NULL CHECK (editable IN (0, 1)),
  state TEXT,
  annotation_seq INTEGER NOT NULL
) STRICT;

CREATE VIRTUAL TABLE item_search
USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE 'item_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'item_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'item_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);

CREATE TABLE 'item_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE items (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  source_id TEXT,
  source TEXT NOT NULL,
  prompt TEXT NOT NULL CHECK (json_valid(prompt)),
  context TEXT NOT NULL,
  chosen TEXT,
  rejected TEXT,
  error_spans TEXT CHECK (error_spans IS NULL OR json_valid(error_spans)),
  metadata TEXT NOT NULL CHECK (json_valid(metadata)),
  split_point REAL NOT NULL CHECK (split_point >= 0 AND split_point < 1)
) STRICT;

CREATE TABLE judgements (
  seq INTEGER PRIMARY KEY,
  evaluation_id TEXT NOT NULL REFERENCES evaluations (id),
  pair_id TEXT NOT NULL,
  judge TEXT NOT NULL,
  swapped INTEGER NOT NULL CHECK (swapped IN (0, 1)),
  preference REAL NOT NULL CHECK (preference >= 0 AND preference <= 1),
  elapsed_ms REAL NOT NULL,
  raw_reply TEXT NOT NULL,
  created_at TEXT NOT NULL
, reason TEXT NOT NULL DEFAULT '') STRICT;

CREATE TABLE latest_states (
  annotator TEXT NOT NULL,
  item_seq INTEGER NOT NULL,
  state TEXT NOT NULL,
  revision INTEGER NOT NULL,
  annotation_seq INTEGER NOT NULL,
  PRIMARY KEY (annotator, item_seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_groups (
  run_id TEXT NOT NULL,
  every INTEGER NOT NULL,
  key TEXT NOT NULL,
  part INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  low REAL NOT NULL,
  high REAL NOT NULL,
  PRIMARY KEY (run_id, every, key, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE metrics (
  run_id TEXT NOT NULL REFERENCES runs (id),
  step INTEGER NOT NULL CHECK (step >= 0),
  key TEXT NOT NULL,
  value REAL,
  note TEXT CHECK (note IN ('NaN', 'Infinity', '-Infinity')),
  PRIMARY KEY (run_id, step, key),
  CHECK ((value IS NULL) <> (note IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE models (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  hashes TEXT NOT NULL CHECK (json_valid(hashes)),
  run_id TEXT REFERENCES runs (id),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE notes (
  seq INTEGER PRIMARY KEY,
  item_id TEXT NOT NULL REFERENCES items (id),
  annotator TEXT NOT NULL CHECK (annotator <> ''),
  text TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE project (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE run_details (
  run_id TEXT PRIMARY KEY REFERENCES runs (id),
  note TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  seen_at TEXT
) STRICT;

CREATE TABLE run_marks (
  seq INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id),
  step INTEGER NOT NULL CHECK (step >= 0),
  kind TEXT NOT NULL CHECK (kind IN ('tripwire', 'paused', 'failed', 'resumed', 'branched')),
  sentence TEXT NOT NULL CHECK (sentence <> ''),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  config TEXT NOT NULL CHECK (json_valid(config)),
  seeds TEXT NOT NULL CHECK (json_valid(seeds)),
  code_version TEXT NOT NULL,
  parent_id TEXT REFERENCES runs (id),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'done', 'failed', 'cancelled')),
  error TEXT,
  result TEXT CHECK (result IS NULL OR json_valid(result)),
  created_at TEXT NOT NULL,
  changed_at TEXT NOT NULL
) STRICT;

CREATE TABLE samples (
  seq INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id),
  step INTEGER NOT NULL CHECK (step >= 0),
  data TEXT NOT NULL CHECK (json_valid(data))
) STRICT;

CREATE TABLE skipped_pairs (
  seq INTEGER PRIMARY KEY,
  evaluation_id TEXT NOT NULL REFERENCES evaluations (id),
  pair_id TEXT NOT NULL,
  judge TEXT NOT NULL,
  swapped INTEGER NOT NULL CHECK (swapped IN (0, 1)),
  elapsed_ms REAL NOT NULL,
  -- The evaluation's last judgement at that time, or 0: undo takes back whichever came later.
  after_judgement INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE step_times (
  run_id TEXT NOT NULL REFERENCES runs (id),
  step INTEGER NOT NULL CHECK (step >= 0),
  seconds REAL NOT NULL CHECK (seconds >= 0),
  PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE trials (
  seq INTEGER PRIMARY KEY,
  trial TEXT NOT NULL CHECK (json_valid(trial)),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE unread_replies (
  seq INTEGER PRIMARY KEY,
  evaluation_id TEXT NOT NULL REFERENCES evaluations (id),
  pair_id TEXT NOT NULL,
  judge TEXT NOT NULL,
  swapped INTEGER NOT NULL CHECK (swapped IN (0, 1)),
  raw_reply TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER annotations_are_not_changed BEFORE UPDATE ON annotations
BEGIN
  SELECT RAISE(ABORT, 'annotations are appended, never changed');
END;

CREATE TRIGGER annotations_are_not_deleted BEFORE DELETE ON annotations
WHEN NOT EXISTS (SELECT 1 FROM incoming WHERE old.seq BETWEEN first_annotation AND last_annotation)
BEGIN
  SELECT RAISE(ABORT, 'annotations are appended, never deleted');
END;

CREATE TRIGGER annotations_count AFTER INSERT ON annotations
WHEN NOT EXISTS (
  SELECT 1 FROM incoming WHERE new.seq BETWEEN first_annotation AND last_annotation
    AND (SELECT seq FROM items WHERE id = new.item_id) NOT BETWEEN first_item AND last_item
)
BEGIN
  INSERT INTO latest_states
  SELECT new.annotator, seq, new.state, new.revision, new.seq FROM items WHERE id = new.item_id
  ON CONFLICT DO UPDATE
    SET state = excluded.state, revision = excluded.revision, annotation_seq = excluded.annotation_seq
    WHERE excluded.revision > revision;
  UPDATE item_facts SET state = new.state, annotation_seq = new.seq
  WHERE seq = (SELECT seq FROM items WHERE id = new.item_id) AND annotation_seq < new.seq;
END;

CREATE TRIGGER annotations_count_no_more AFTER DELETE ON annotations
BEGIN
  DELETE FROM latest_states
  WHERE annotator = old.annotator AND item_seq = (SELECT seq FROM items WHERE id = old.item_id)
    AND annotation_seq = old.seq;
END;

CREATE TRIGGER items_are_forgotten AFTER DELETE ON items
BEGIN
  DELETE FROM item_search WHERE rowid = old.seq;
END;

CREATE TRIGGER items_are_searched AFTER INSERT ON items
BEGIN
  INSERT INTO item_search (rowid, words) SELECT seq, words FROM item_words WHERE seq = new.seq;
END;

CREATE TRIGGER items_have_facts AFTER INSERT ON items
BEGIN
  INSERT INTO item_facts VALUES (new.seq, new.id, new.split_point, new.rejected IS NOT NULL, NULL, 0);
END;

CREATE TRIGGER items_have_no_more_facts AFTER DELETE ON items
BEGIN
  DELETE FROM item_facts WHERE seq = old.seq;
END;

CREATE VIEW item_facts_anew AS
SELECT seq, id, split_point, rejected IS NOT NULL AS editable,
  (SELECT state FROM shown_annotations AS a WHERE a.item_id = items.id ORDER BY a.seq DESC LIMIT 1) AS state,
  coalesce((SELECT max(a.seq) FROM shown_annotations AS a WHERE a.item_id = items.id), 0) AS annotation_seq
FROM items;

CREATE VIEW item_words AS
SELECT seq, (SELECT coalesce(group_concat(json_extract(value, '$.content'), ' '), '') FROM json_each(prompt))
  || ' ' || context || ' ' || coalesce(chosen, '') || ' ' || coalesce(rejected, '') || ' ' || coalesce(source_id, '')
  || ' ' || (SELECT coalesce(group_concat(atom, ' '), '') FROM json_tree(metadata) WHERE atom IS NOT NULL) AS words
FROM items;

CREATE VIEW latest_annotations AS
SELECT * FROM shown_annotations AS a
WHERE revision = (
  SELECT max(revision) FROM shown_annotations AS b WHERE b.item_id = a.item_id AND b.annotator = a.annotator
);

CREATE VIEW latest_states_anew AS
SELECT a.annotator, items.seq AS item_seq, a.state, a.revision, a.seq AS annotation_seq
FROM latest_annotations AS a JOIN items ON items.id = a.item_id;

CREATE VIEW metric_groups_anew AS
SELECT run_id, 8 AS every, key, step / 8 AS part, min(step) AS first, max(step) AS last, min(value) AS low, max(value) AS high
FROM metrics WHERE value IS NOT NULL GROUP BY run_id, key, step / 8
UNION ALL
SELECT run_id, 64, key, step / 64, min(step), max(step), min(value), max(value)
FROM metrics WHERE value IS NOT NULL GROUP BY run_id, key, step / 64;

CREATE VIEW shown_annotations AS
SELECT * FROM annotations
WHERE seq NOT BETWEEN coalesce((SELECT first_annotation FROM incoming), 0)
  AND coalesce((SELECT last_annotation FROM incoming), -1);

CREATE VIEW shown_datasets AS
SELECT rowid AS seq, * FROM datasets
WHERE id NOT IN (SELECT value FROM incoming, json_each(incoming.datasets));

CREATE VIEW shown_facts AS
SELECT * FROM item_facts
WHERE seq NOT BETWEEN coalesce((SELECT first_item FROM incoming), 0) AND coalesce((SELECT last_item FROM incoming), -1);

CREATE VIEW shown_items AS
SELECT * FROM items
WHERE seq NOT BETWEEN coalesce((SELECT first_item FROM incoming), 0) AND coalesce((SELECT last_item FROM incoming), -1);

CREATE VIEW shown_states AS
SELECT * FROM latest_states
WHERE annotation_seq NOT BETWEEN coalesce((SELECT first_annotation FROM incoming), 0)
  AND coalesce((SELECT last_annotation FROM incoming), -1);
