/** The reward of each token of the last answers, from a reward model, until other answers come. */
import { useState } from 'react'
import type { RatedResponse } from '../../electron/contract/models.ts'
import type { Message } from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import type { Turn } from './turns.ts'

interface Rated {
  answers: Turn['answers']
  rows: readonly RatedResponse[]
}

/** @param asked what a side was asked */
export function useTint(last: Turn | undefined, asked: (side: number) => Message[]) {
  const project = useProject()
  const [rated, setRated] = useState<Rated | null>(null)
  const rows = rated !== null && rated.answers === last?.answers ? rated.rows : null
  return {
    /** One per side; null while there is no tint. */
    rows,
    scale: scaleOf(rows ?? []),
    clear: () => setRated(null),
    /** @throws Error if no answer fits the model, and what the host throws */
    async ask(rewardModel: string) {
      const answers = last?.answers ?? []
      const responses = answers.map(({ text }, side) => ({ messages: asked(side), response: text }))
      const events = await host.models.rate({ project, rewardModel, responses })
      for (;;) {
        const next = await events.next()
        if (!next.done) continue
        if (next.value.every((row) => row === null))
          throw new Error(`These answers are too long for ${rewardModel}.`)
        setRated({ answers, rows: next.value })
        return
      }
    },
  }
}

/** One scale for both sides, so that equal tints are equal rewards. */
function scaleOf(rows: readonly RatedResponse[]): number {
  const rewards = rows.flatMap((row) => row?.tokens.map(({ reward }) => Math.abs(reward)) ?? [])
  return Math.max(...rewards, 1e-6)
}
