-- Pairs that a person did not want to judge. They were verdicts that said ½ and had the reply 'skip'.
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

CREATE INDEX skipped_pairs_by_evaluation ON skipped_pairs (evaluation_id);

CREATE TEMP VIEW skips AS
SELECT j.* FROM judgements AS j JOIN evaluations AS e ON e.id = j.evaluation_id
WHERE e.kind = 'blind' AND j.raw_reply = 'skip';

INSERT INTO skipped_pairs
  (evaluation_id, pair_id, judge, swapped, elapsed_ms, after_judgement, created_at)
SELECT
  evaluation_id, pair_id, judge, swapped, elapsed_ms,
  (
    SELECT coalesce(max(seq), 0) FROM judgements AS verdict
    WHERE verdict.evaluation_id = skips.evaluation_id AND verdict.seq < skips.seq
      AND verdict.seq NOT IN (SELECT seq FROM skips)
  ),
  created_at
FROM skips ORDER BY seq;

DELETE FROM judgements WHERE seq IN (SELECT seq FROM skips);

DROP VIEW skips;
