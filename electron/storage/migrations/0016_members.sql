-- A dataset's items are named by their sequence numbers. Ids are hashes: an import of a million rows would put each at a
-- random place of the index, and a list would look each up.

DROP INDEX datasets_by_item;
ALTER TABLE dataset_items RENAME TO named_dataset_items;

CREATE TABLE dataset_items (
  dataset_id TEXT NOT NULL REFERENCES datasets (id),
  item_seq INTEGER NOT NULL REFERENCES items (seq),
  PRIMARY KEY (dataset_id, item_seq)
) STRICT, WITHOUT ROWID;

INSERT INTO dataset_items
SELECT dataset_id, seq FROM named_dataset_items JOIN items ON items.id = item_id ORDER BY dataset_id, seq;

DROP TABLE named_dataset_items;

CREATE INDEX datasets_by_item ON dataset_items (item_seq, dataset_id);
