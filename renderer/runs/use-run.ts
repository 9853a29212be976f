/** One run with its curves, kept current while it is active: only new points are requested. */
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import type { RunMark } from '../../electron/contract/records.ts'
import type { RunRecord } from '../../electron/contract/run-record.ts'
import type { Series } from '../../electron/contract/runs.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'

const refreshMs = 1500

export interface LiveRun {
  /** Undefined until it has been loaded. */
  record: RunRecord | undefined
  series: Series
  times: readonly [step: number, seconds: number][]
  /** How many steps a point stands for. */
  every: number
  marks: RunMark[]
  branch: { run: string; name: string; step: number } | null
  note: string
  tags: string[]
  /** Held-out prompts on which a win rate was measured, at most. */
  heldout: number
  /** The job that works on it now. */
  work: WorkRecord | undefined
  error: unknown
  retry(): void
}

export function useRun(run: string): LiveRun {
  const project = useProject()
  const work = useWork(project).find((job) => job.run === run && job.endedAt === null)
  const curves = useRef<Curves>({ series: {}, times: [], every: 1 })
  const { data, error, refetch } = useQuery({
    queryKey: ['run', project, run],
    queryFn: async () => {
      // The last step is requested again: it may have been incomplete.
      const afterStep = lastStep(curves.current.series) - 1
      const { series, times, every, ...rest } = await host.runs.series({ project, run, afterStep })
      const before = curves.current
      curves.current = {
        series: append(before.series, series, afterStep),
        times: joined(before.times, times, afterStep),
        every: Math.max(before.every, every),
      }
      return { ...rest, ...curves.current }
    },
    refetchInterval: work ? refreshMs : false,
  })
  return { record: undefined, ...nothing, ...data, work, error, retry: () => void refetch() }
}

/** One object for all calls, so that nothing is drawn again. */
const nothing = { series: {}, times: [], every: 1, marks: [], branch: null, note: '', tags: [], heldout: 0 }

type Points = [step: number, value: number][]

interface Curves {
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

/** Few steps are new, so the search begins at the end. */
function joined(before: Points, fresh: Points, afterStep: number): Points {
  const end = before.findLastIndex(([step]) => step <= afterStep) + 1
  return before.slice(0, end).concat(fresh)
}
