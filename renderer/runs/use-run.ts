/** One run with its curves, kept current while it goes: only what is new is asked for. */
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import type { RunMark } from '../../electron/contract/records.ts'
import type { RunRecord } from '../../electron/contract/run-record.ts'
import type { Series } from '../../electron/contract/runs.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'

const everyMs = 1500

export function useRun(run: string): {
  record: RunRecord | undefined
  series: Series
  times: readonly [step: number, seconds: number][]
  every: number
  marks: RunMark[]
  branch: { run: string; name: string; step: number } | null
  work: WorkRecord | undefined
  error: unknown
} {
  const project = useProject()
  const work = useWork(project).find((piece) => piece.run === run && piece.endedAt === null)
  const known = useRef<Known>({ series: {}, times: [], every: 1 })
  const { data, error } = useQuery({
    queryKey: ['run', project, run],
    queryFn: async () => {
      // The last known step is asked for again: it may not have been whole.
      const afterStep = lastStep(known.current.series) - 1
      const { series, times, every, ...rest } = await host.runs.series({ project, run, afterStep })
      const before = known.current
      known.current = {
        series: append(before.series, series, afterStep),
        times: joined(before.times, times, afterStep),
        every: Math.max(before.every, every),
      }
      return { ...rest, ...known.current }
    },
    refetchInterval: work ? everyMs : false,
  })
  const { record, series, times, every, marks, branch } = data ?? { ...none, record: undefined }
  return { record, series, times, every, marks, branch, work, error }
}

/** The same at every look, so that nothing is drawn anew. */
const none = { series: {}, times: [], every: 1, marks: [], branch: null }

type Points = [step: number, value: number][]

interface Known {
  series: Series
  times: Points
  every: number
}

function lastStep(series: Series): number {
  return Math.max(0, ...Object.values(series).map((points) => points.at(-1)?.[0] ?? 0))
}

function append(before: Series, fresh: Series, afterStep: number): Series {
  const keys = new Set([...Object.keys(before), ...Object.keys(fresh)])
  return Object.fromEntries(
    [...keys].map((key) => [key, joined(before[key] ?? [], fresh[key] ?? [], afterStep)]),
  )
}

/** Few steps are new, so the known ones are looked at from their end. */
function joined(before: Points, fresh: Points, afterStep: number): Points {
  const end = before.findLastIndex(([step]) => step <= afterStep) + 1
  return before.slice(0, end).concat(fresh)
}
