/**
 * The paper, stage by stage. Each folder is a stage: data in, data out; no database, no window, no other stage.
 * What one stage passes to the next is a record of the contract:
 *
 *     items → edits → token labels → reward model → policy → judgements
 *
 * A stage that trains has `examples.ts`, which makes what it learns from out of a run's rows, and `train.ts`.
 */

/** The stages in the order in which an experiment passes through them. */
export const stages = [
  { name: 'data', does: 'reads preference pairs, edits and demonstrations, and writes them' },
  { name: 'annotate', does: 'measures how minimal an edit is, and undoes single changes of it' },
  { name: 'label', does: 'aligns rejected and edited text token by token: deleted -1, inserted +1, kept 0' },
  { name: 'sft', does: 'trains the starting policy, which stays the reference' },
  { name: 'reward', does: 'learns a reward for every token from the labels, or one for the response' },
  { name: 'ppo', does: 'samples, scores, rewards every token or the last one, and updates the policy' },
  { name: 'dpo', does: 'trains a baseline without a reward model on the same pairs' },
  { name: 'judge', does: 'compares two policies on held-out prompts, and reports what this many can show' },
] as const
