-- Why a person decided as they did, in their words; empty for automatic judges and where nothing was said.

ALTER TABLE judgements ADD COLUMN reason TEXT NOT NULL DEFAULT '';
