-- Own ids and metadata are found by the search as well, and an item that nothing was written about can be removed.

DROP TRIGGER items_are_searched;
DROP VIEW item_words;
DROP TABLE item_search;

CREATE VIRTUAL TABLE item_search
USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');

CREATE VIEW item_words AS
SELECT seq, (SELECT coalesce(group_concat(json_extract(value, '$.content'), ' '), '') FROM json_each(prompt))
  || ' ' || context || ' ' || coalesce(chosen, '') || ' ' || coalesce(rejected, '') || ' ' || coalesce(source_id, '')
  || ' ' || (SELECT coalesce(group_concat(atom, ' '), '') FROM json_tree(metadata) WHERE atom IS NOT NULL) AS words
FROM items;

INSERT INTO item_search (rowid, words) SELECT seq, words FROM item_words;

CREATE TRIGGER items_are_searched AFTER INSERT ON items
BEGIN
  INSERT INTO item_search (rowid, words) SELECT seq, words FROM item_words WHERE seq = new.seq;
END;

CREATE TRIGGER items_are_forgotten AFTER DELETE ON items
BEGIN
  DELETE FROM item_search WHERE rowid = old.seq;
END;

-- A dataset's items are found by the item, too.
CREATE INDEX datasets_by_item ON dataset_items (item_id, dataset_id);
