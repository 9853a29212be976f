-- How long each step of a run took, and what happened to the run after which step.
-- A step's seconds count from the step before it, or from the start of the work where there was none.

CREATE TABLE step_times (
  run_id TEXT NOT NULL REFERENCES runs (id),
  step INTEGER NOT NULL CHECK (step >= 0),
  seconds REAL NOT NULL CHECK (seconds >= 0),
  PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_marks (
  seq INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id),
  step INTEGER NOT NULL CHECK (step >= 0),
  kind TEXT NOT NULL CHECK (kind IN ('tripwire', 'paused', 'failed', 'resumed', 'branched')),
  sentence TEXT NOT NULL CHECK (sentence <> ''),
  created_at TEXT NOT NULL
) STRICT;

CREATE INDEX run_marks_by_run ON run_marks (run_id);
