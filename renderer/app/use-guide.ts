/** The guide's steps with their present state, and whether the guide is shown above the views. */
import { useQuery } from '@tanstack/react-query'
import { host } from './connection.ts'
import { guideSteps } from './guide-steps.ts'
import { queries } from './queries.ts'
import { changeSettings, useSettings } from './settings.ts'

export function useGuide(project: string) {
  const { annotator, guide } = useSettings()
  const { data: own } = useQuery({
    queryKey: ['guide', project, annotator],
    queryFn: () => host.annotate.queue({ project, annotator, order: 'flagged' }),
  })
  const { data: runs } = useQuery({
    queryKey: ['runs', project],
    queryFn: () => host.runs.list({ project }),
  })
  const { data: evaluations } = useQuery({
    queryKey: ['evaluations', project],
    queryFn: () => host.judge.list({ project }),
  })
  const isShown = guide?.project === project
  return {
    /** Null until the project's state is loaded. */
    steps:
      own && runs && evaluations
        ? guideSteps({
            finished: own.done,
            sawLabels: isShown && guide.sawLabels,
            runs,
            evaluations: evaluations.filter(({ summary }) => summary !== null).length,
          })
        : null,
    isShown,
  }
}

export function showGuide(project: string): void {
  changeSettings({ guide: { project, sawLabels: false } })
}

export function dismissGuide(): void {
  changeSettings({ guide: null })
}

/** Called after an edit is finished, which the host does not announce. */
export function refreshGuide(project: string): void {
  void queries.invalidateQueries({ queryKey: ['guide', project] })
}
