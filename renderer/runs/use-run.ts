/** One run with its curves, kept current while it goes: only what is new is asked for. */
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import type { Series } from '../../electron/contract/page/runs.ts'
import type { WorkRecord } from '../../electron/contract/page/work.ts'
import type { RunRecord } from '../../electron/contract/verbs/runs.ts'
import { host } from '../app/host.ts'
import { useProject } from '../app/place.ts'
import { useWork } from '../app/queries.ts'

const everyMs = 1500

export function useRun(run: string): {
  record: RunRecord | undefined
  series: Series
  work: WorkRecord | undefined
  error: unknown
} {
  const project = useProject()
  const work = useWork(project).find((piece) => piece.run === run && piece.endedAt === null)
  const known = useRef<Series>({})
  const { data, error } = useQuery({
    queryKey: ['run', project, run],
    queryFn: async () => {
      // The last known step is asked for again: it may not have been whole.
      const afterStep = lastStep(known.current) - 1
      const { record, series } = await host.runs.series({ project, run, afterStep })
      known.current = append(known.current, series, afterStep)
      return { record, series: known.current }
    },
    refetchInterval: work ? everyMs : false,
  })
  return { record: data?.record, series: data?.series ?? {}, work, error }
}

function lastStep(series: Series): number {
  return Math.max(0, ...Object.values(series).map((points) => points.at(-1)?.[0] ?? 0))
}

function append(before: Series, fresh: Series, afterStep: number): Series {
  const keys = new Set([...Object.keys(before), ...Object.keys(fresh)])
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      [...(before[key] ?? []).filter(([step]) => step <= afterStep), ...(fresh[key] ?? [])],
    ]),
  )
}
