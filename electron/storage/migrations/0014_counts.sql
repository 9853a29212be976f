-- What views count and filter by is kept, not computed from the texts of a million items or from millions of metrics.
-- Each kept table has a view `…_anew` that computes it, from which it is filled here and after a recovery.

-- Per item: what lists are filtered by, and the newest revision by any annotator.
CREATE TABLE item_facts (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  split_point REAL NOT NULL,
  editable INTEGER NOT NULL CHECK (editable IN (0, 1)),
  state TEXT,
  annotation_seq INTEGER NOT NULL
) STRICT;

-- Per annotator and item: the newest revision.
CREATE TABLE latest_states (
  annotator TEXT NOT NULL,
  item_seq INTEGER NOT NULL,
  state TEXT NOT NULL,
  revision INTEGER NOT NULL,
  annotation_seq INTEGER NOT NULL,
  PRIMARY KEY (annotator, item_seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX latest_states_by_state ON latest_states (state, annotation_seq);

CREATE VIEW item_facts_anew AS
SELECT seq, id, split_point, rejected IS NOT NULL AS editable,
  (SELECT state FROM shown_annotations AS a WHERE a.item_id = items.id ORDER BY a.seq DESC LIMIT 1) AS state,
  coalesce((SELECT max(a.seq) FROM shown_annotations AS a WHERE a.item_id = items.id), 0) AS annotation_seq
FROM items;

CREATE VIEW latest_states_anew AS
SELECT a.annotator, items.seq AS item_seq, a.state, a.revision, a.seq AS annotation_seq
FROM latest_annotations AS a JOIN items ON items.id = a.item_id;

CREATE VIEW shown_facts AS
SELECT * FROM item_facts
WHERE seq NOT BETWEEN coalesce((SELECT first_item FROM incoming), 0) AND coalesce((SELECT last_item FROM incoming), -1);

CREATE VIEW shown_states AS
SELECT * FROM latest_states
WHERE annotation_seq NOT BETWEEN coalesce((SELECT first_annotation FROM incoming), 0)
  AND coalesce((SELECT last_annotation FROM incoming), -1);

INSERT INTO item_facts SELECT * FROM item_facts_anew;
INSERT INTO latest_states SELECT * FROM latest_states_anew;

CREATE TRIGGER items_have_facts AFTER INSERT ON items
BEGIN
  INSERT INTO item_facts VALUES (new.seq, new.id, new.split_point, new.rejected IS NOT NULL, NULL, 0);
END;

CREATE TRIGGER items_have_no_more_facts AFTER DELETE ON items
BEGIN
  DELETE FROM item_facts WHERE seq = old.seq;
END;

-- An import's annotations of items that show already count when the import is complete.
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

-- Per run, metric and group of 8 or 64 steps: the first and last step with a finite value, and the least and greatest.
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

CREATE VIEW metric_groups_anew AS
SELECT run_id, 8 AS every, key, step / 8 AS part, min(step) AS first, max(step) AS last, min(value) AS low, max(value) AS high
FROM metrics WHERE value IS NOT NULL GROUP BY run_id, key, step / 8
UNION ALL
SELECT run_id, 64, key, step / 64, min(step), max(step), min(value), max(value)
FROM metrics WHERE value IS NOT NULL GROUP BY run_id, key, step / 64;

INSERT INTO metric_groups SELECT * FROM metric_groups_anew;

DROP INDEX items_at_a_glance;
