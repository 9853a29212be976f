-- Each revision has a checksum of what it says, so that a damaged disk never changes a text unnoticed. Items have none: their
-- ids follow from their content.

ALTER TABLE annotations ADD COLUMN checksum TEXT NOT NULL DEFAULT '';

DROP TRIGGER annotations_are_not_changed;

UPDATE annotations SET checksum = annotation_checksum(
  item_id, annotator, revision, state, edited, operations, elapsed_ms, provenance, created_at, change_kinds, shown
);

CREATE TRIGGER annotations_are_not_changed BEFORE UPDATE ON annotations
BEGIN
  SELECT RAISE(ABORT, 'annotations are appended, never changed');
END;
