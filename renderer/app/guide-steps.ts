/** The way through a first project: each step, where it is done, and whether the project shows that it has been. */

import { samplePreset } from '../../electron/contract/presets.ts'
import type { ViewPath } from '../../electron/contract/views.ts'

/** What is known of a project. */
export interface GuideFacts {
  /** Edits that the annotator has finished. */
  finished: number
  /** Looking leaves no trace in a project: the page remembers it. */
  sawLabels: boolean
  runs: readonly { kind: string; state: string }[]
  /** Evaluations that came to their end. */
  evaluations: number
}

export interface GuideStep {
  title: string
  /** What to do, in one sentence. */
  sentence: string
  view: ViewPath
  search: Record<string, string>
  /** The work that does it, as the work board names it; null where a person does it. */
  verb: string | null
  isDone: boolean
}

export function guideSteps({ finished, sawLabels, runs, evaluations }: GuideFacts): GuideStep[] {
  const training = (kind: string, title: string, sentence: string): GuideStep => ({
    ...{
      title,
      sentence,
      view: 'runs',
      search: { new: kind, preset: samplePreset },
      verb: `train ${kind}`,
    },
    isDone: runs.some((run) => run.kind === kind && run.state === 'done'),
  })
  return [
    {
      ...{ title: 'Annotate', view: 'annotate', search: {}, verb: null, isDone: finished > 0 },
      sentence: 'Mend one rejected response, changing as little as possible, and press Ctrl Enter.',
    },
    {
      ...{ title: 'Labels', view: 'label', search: {}, verb: null, isDone: sawLabels },
      sentence: 'See what the edits say of each word: struck, added or left standing.',
    },
    training(
      'sft',
      'Starting policy',
      'Train what everything starts from: the form is filled in, press Start; it takes about a minute.',
    ),
    training(
      'reward',
      'Reward model',
      'Let a model learn a reward for every token from the edits: press Start.',
    ),
    training('ppo', 'PPO', 'Let the policy earn that reward, token by token: press Start.'),
    {
      ...{ title: 'Judge', view: 'judge', search: {}, verb: 'judge', isDone: evaluations > 0 },
      sentence: 'Compare “aligned” with “base”: press n, name both, press Start, and read the win rate.',
    },
  ]
}
