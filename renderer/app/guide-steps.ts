/** The guide through a first project: each step, the view to do it in, and whether the project shows that it is done. */
import { samplePreset } from '../../electron/contract/presets.ts'
import type { RunKind } from '../../electron/contract/run-kinds/index.ts'
import type { VerbName } from '../../electron/contract/verbs.ts'
import type { ViewPath } from '../../electron/contract/views.ts'

/** What the guide needs to know of a project. */
export interface GuideFacts {
  /** Edits that the annotator has finished. */
  finished: number
  /** Looking at labels leaves no trace in a project, so the renderer remembers it. */
  sawLabels: boolean
  runs: readonly { kind: string; state: string }[]
  /** Finished evaluations. */
  evaluations: number
}

export interface GuideStep {
  title: string
  /** What to do, in one sentence. */
  sentence: string
  view: ViewPath
  search: Record<string, string>
  /** The verb whose work does it; null if the user does it. */
  verb: VerbName | null
  isDone: boolean
}

export function guideSteps({ finished, sawLabels, runs, evaluations }: GuideFacts): GuideStep[] {
  const training = (kind: RunKind, title: string, sentence: string): GuideStep => ({
    title,
    sentence,
    view: 'runs',
    search: { new: kind, preset: samplePreset },
    verb: `train ${kind}`,
    isDone: runs.some((run) => run.kind === kind && run.state === 'done'),
  })
  return [
    {
      title: 'Annotate',
      sentence: 'Fix one rejected response, changing as little as possible, and press Ctrl Enter.',
      view: 'annotate',
      search: {},
      verb: null,
      isDone: finished > 0,
    },
    {
      title: 'Labels',
      sentence: 'See the labels that the edits give each word: deleted, inserted or kept.',
      view: 'label',
      search: {},
      verb: null,
      isDone: sawLabels,
    },
    training(
      'sft',
      'Initial policy',
      'Train the initial policy: the form is filled in, press Start. It takes about a minute.',
    ),
    training('reward', 'Reward model', 'Train a reward model that rewards every token: press Start.'),
    training('ppo', 'PPO', 'Train the policy with PPO: press Start.'),
    {
      title: 'Judge',
      sentence:
        'Compare “aligned” with “base”: press n, enter both names, press Start, and read the win rate.',
      view: 'judge',
      search: {},
      verb: 'judge',
      isDone: evaluations > 0,
    },
  ]
}
