-- An import stores its rows in parts, between which other work can write. Until it is complete they are in ranges of
-- sequence numbers that are kept for it and that the views below leave out; at most one import is under way.

CREATE TABLE incoming (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  first_item INTEGER NOT NULL,
  last_item INTEGER NOT NULL,
  first_annotation INTEGER NOT NULL,
  last_annotation INTEGER NOT NULL,
  -- Ids of the datasets that the import has created.
  datasets TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(datasets))
) STRICT;

CREATE VIEW shown_items AS
SELECT * FROM items
WHERE seq NOT BETWEEN coalesce((SELECT first_item FROM incoming), 0) AND coalesce((SELECT last_item FROM incoming), -1);

CREATE VIEW shown_annotations AS
SELECT * FROM annotations
WHERE seq NOT BETWEEN coalesce((SELECT first_annotation FROM incoming), 0)
  AND coalesce((SELECT last_annotation FROM incoming), -1);

CREATE VIEW shown_datasets AS
SELECT rowid AS seq, * FROM datasets
WHERE id NOT IN (SELECT value FROM incoming, json_each(incoming.datasets));

DROP VIEW latest_annotations;

CREATE VIEW latest_annotations AS
SELECT * FROM shown_annotations AS a
WHERE revision = (
  SELECT max(revision) FROM shown_annotations AS b WHERE b.item_id = a.item_id AND b.annotator = a.annotator
);

-- What an import has stored before it was cancelled or failed was never shown and is removed.
DROP TRIGGER annotations_are_not_deleted;

CREATE TRIGGER annotations_are_not_deleted BEFORE DELETE ON annotations
WHEN NOT EXISTS (SELECT 1 FROM incoming WHERE old.seq BETWEEN first_annotation AND last_annotation)
BEGIN
  SELECT RAISE(ABORT, 'annotations are appended, never deleted');
END;
