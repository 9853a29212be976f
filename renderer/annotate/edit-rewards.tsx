/** Why a reward model disagrees with an edit: the rewards of its tokens, below the editor. */
import type { DisputedEdit } from '../../electron/contract/annotate.ts'
import type { LabelledToken } from '../../electron/contract/label.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { useSettings } from '../app/settings.ts'
import { StreamProgress } from '../app/stream-progress.tsx'
import { useStreamed } from '../app/streamed.ts'
import { numberOf } from '../ui/format.ts'
import { HeatLegend, TokenHeat } from '../ui/token-heat.tsx'

const unit = 'reward relative to kept tokens'

export function EditRewards({
  edit,
  rewardModel,
  scale: { kept, size },
}: {
  edit: DisputedEdit
  rewardModel: string
  /** The model's mean reward of kept tokens in the queue, and how far changed ones are from it. */
  scale: { kept: number; size: number }
}) {
  const project = useProject()
  const { annotator } = useSettings()
  const { id } = edit
  const scored = useStreamed({
    queryKey: ['rewards', project, annotator, rewardModel, id],
    enabled: true,
    ask: (signal) => host.annotate.rewards({ project, annotator, id, rewardModel }, { signal }),
    // Next time there may be a newer revision.
    gcTime: 0,
  })
  const scale = size || 1
  const heatOf = (tokens: readonly LabelledToken[]) =>
    tokens.map(({ text, label, reward }) => ({ text, label, value: reward === null ? null : reward - kept }))
  return (
    <section className="edit-rewards" aria-label={`Rewards of ${rewardModel}`}>
      <h2>
        Disagreement {numberOf(edit.total, 2)}{' '}
        <span className="quiet">{partsOf(edit)} (0 agrees, ½ is neutral, 1 is the opposite)</span>
      </h2>
      <StreamProgress of={scored} label="Scoring this edit" />
      {scored.data && (
        <>
          <div className="responses">
            {(['rejected', 'edited'] as const).map((side) => (
              <div key={side}>
                <h3>
                  {side} <span className="num quiet">score {numberOf(scored.data!.scores?.[side])}</span>
                </h3>
                <TokenHeat unit={unit} scale={scale} tokens={heatOf(scored.data![side])} />
              </div>
            ))}
          </div>
          <HeatLegend unit={unit} scale={scale} />
        </>
      )}
    </section>
  )
}

function partsOf({ changed, kept, pair }: DisputedEdit): string {
  const parts = [
    ['changed tokens', changed],
    ['kept tokens', kept],
    ['the pair as a whole', pair],
  ] as const
  return parts.flatMap(([what, share]) => (share === null ? [] : `${what} ${numberOf(share, 2)}`)).join(' · ')
}
