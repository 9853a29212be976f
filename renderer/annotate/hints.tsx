/** The rewards of the response's tokens, as a hint at what to change; shown by chance if the project wants to know what it is worth. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Item } from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { StreamProgress } from '../app/stream-progress.tsx'
import { useStreamed } from '../app/streamed.ts'
import { HeatLegend, TokenHeat } from '../ui/token-heat.tsx'

const unit = 'reward'

/** @param onShown called once the rewards are on the screen */
export function Hints({ item, onShown }: { item: Item; onShown: () => void }) {
  const project = useProject()
  const { data: trial } = useQuery({
    queryKey: ['trial', project],
    queryFn: () => host.annotate.trial({ project }),
  })
  const rewardModel = trial?.rewardModel ?? null
  const { id, prompt: messages, context, rejected } = item
  const response = rejected ?? ''
  const rated = useStreamed({
    queryKey: ['hints', project, rewardModel, id],
    enabled: rewardModel !== null && response !== '',
    ask: (signal) =>
      host.models.rate(
        { project, rewardModel: rewardModel ?? '', responses: [{ messages, context, response }] },
        { signal },
      ),
  })
  const row = rated.data?.[0]
  const isShown = row != null
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the rewards arrive
  useEffect(() => {
    if (isShown) onShown()
  }, [isShown])
  const tokens = row?.tokens.map(({ text, reward }) => ({ text, value: reward })) ?? []
  const scale = Math.max(...tokens.map(({ value }) => Math.abs(value)), 1e-6)
  return (
    <section className="edit-rewards" aria-label="Hints">
      <h2>
        Hints <span className="quiet">rewards of the response by {rewardModel}</span>
      </h2>
      <StreamProgress of={rated} label="Scoring the response" />
      {row === null && <p className="quiet">This response is too long for {rewardModel}.</p>}
      {isShown && (
        <>
          <TokenHeat unit={unit} scale={scale} tokens={tokens} />
          <HeatLegend unit={unit} scale={scale} />
        </>
      )}
    </section>
  )
}
