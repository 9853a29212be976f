/** Pausing, resuming and stopping a run. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import type { LiveRun } from './use-run.ts'

export interface Control {
  canPause: boolean
  canResume: boolean
  canStop: boolean
  isPausing: boolean
  isResuming: boolean
  error: unknown
  pause(): void
  resume(): void
  stop(): void
  toggle(): void
}

const resumableStates: readonly string[] = ['paused', 'failed', 'queued', 'cancelled']

export function useControl(run: string, { record, work }: Pick<LiveRun, 'record' | 'work'>): Control {
  const project = useProject()
  const [isPausing, setPausing] = useState(false)
  const refresh = () => {
    setPausing(false)
    void queries.invalidateQueries({ queryKey: ['run', project, run] })
  }
  const start = useMutation({
    mutationFn: () => host.work.start({ verb: 'resume', input: { project, run } }),
    onSuccess: refresh,
  })
  const end = useMutation({ mutationFn: () => host.runs.stop({ project, run }), onSuccess: refresh })
  const canResume = record !== undefined && !work && resumableStates.includes(record.state)
  const pause = () => {
    setPausing(true)
    if (work) void host.work.stop({ id: work.id })
  }
  return {
    canPause: work !== undefined,
    canResume,
    canStop: work !== undefined || record?.state === 'paused' || record?.state === 'queued',
    isPausing: isPausing || end.isPending,
    isResuming: start.isPending,
    error: start.error ?? end.error,
    pause,
    resume: () => start.mutate(),
    stop: () => end.mutate(),
    toggle() {
      if (work) pause()
      else if (canResume) start.mutate()
    },
  }
}
