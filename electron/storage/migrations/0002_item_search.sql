-- The words of every item, for full-text search. Items are added and never changed, so one trigger keeps it whole.

CREATE VIRTUAL TABLE item_search USING fts5 (words, content = '', tokenize = 'unicode61 remove_diacritics 2');

CREATE VIEW item_words AS
SELECT seq, (SELECT coalesce(group_concat(json_extract(value, '$.content'), ' '), '') FROM json_each(prompt))
  || ' ' || context || ' ' || coalesce(chosen, '') || ' ' || coalesce(rejected, '') AS words
FROM items;

INSERT INTO item_search (rowid, words) SELECT seq, words FROM item_words;

-- What a project's page counts, without a look at the texts.
CREATE INDEX items_at_a_glance ON items (split_point, (rejected IS NOT NULL));

CREATE TRIGGER items_are_searched AFTER INSERT ON items
BEGIN
  INSERT INTO item_search (rowid, words) SELECT seq, words FROM item_words WHERE seq = new.seq;
END;
