/** The guide through a first project: all its steps as a list, and the next one in a bar above every view. */
import { useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { Button } from '../ui/button.tsx'
import { Keys } from '../ui/keys.tsx'
import './guide.css'
import type { GuideStep } from './guide-steps.ts'
import { useKeys } from './keys.ts'
import { goTo } from './navigation.ts'
import { useWork } from './queries.ts'
import { changeSettings, useSettings } from './settings.ts'
import { dismissGuide, useGuide } from './use-guide.ts'

export function GuideList({ project }: { project: string }) {
  const { steps } = useGuide(project)
  const active = useWork(project).filter(({ endedAt }) => endedAt === null)
  return (
    <ol className="guide-list">
      {steps?.map((step, i) => (
        <li key={step.title} className={step.isDone ? 'quiet' : ''}>
          <span className="num quiet">
            <span aria-hidden>{step.isDone ? '✓' : i + 1}</span>
            <span className="unseen">{step.isDone ? 'done: ' : 'to do: '}</span>
          </span>
          <Button kind="quiet" onClick={() => goTo(project, step.view, step.search)}>
            {step.title}
          </Button>
          <span>{statusOf(step, active)}</span>
        </li>
      ))}
    </ol>
  )
}

/** Shown only in the project that the guide is for. */
export function GuideBar({ project }: { project: string }) {
  const { guide } = useSettings()
  return guide?.project === project ? <NextStep project={project} /> : null
}

function NextStep({ project }: { project: string }) {
  const { steps } = useGuide(project)
  const active = useWork(project).filter(({ endedAt }) => endedAt === null)
  const { pathname } = useLocation()
  const isInLabels = pathname.endsWith('/label')
  useEffect(() => {
    if (isInLabels) changeSettings({ guide: { project, sawLabels: true } })
  }, [isInLabels, project])
  const at = steps?.findIndex(({ isDone }) => !isDone) ?? -1
  const step = steps?.[at]
  const go = () => step && goTo(project, step.view, step.search)
  useKeys('Guide', [{ keys: 'g g', does: 'next step', run: go }])
  if (!steps) return null
  return (
    <section className="guide-bar" aria-label="Guide">
      {step ? (
        <>
          <span className="num quiet">
            {at + 1} of {steps.length}
          </span>
          <span role="status">{statusOf(step, active)}</span>
          <Button onClick={go}>
            {step.title} <Keys keys="g g" />
          </Button>
        </>
      ) : (
        <>
          <span role="status">
            All {steps.length} steps are done. To repeat them with your own data, drop a file in Data.
          </span>
          <Button onClick={() => goTo(project, 'data')}>Data</Button>
        </>
      )}
      <Button kind="quiet" onClick={dismissGuide} title="You can show it again in Settings">
        Dismiss guide
      </Button>
    </section>
  )
}

/** What to do, or how far the work that does it is. */
function statusOf({ verb, sentence, isDone }: GuideStep, active: readonly WorkRecord[]): string {
  const work = isDone ? undefined : active.find((record) => record.verb === verb)
  if (!work) return sentence
  const { progress } = work
  const share =
    progress && progress.total > 0 ? `, ${Math.floor((100 * progress.done) / progress.total)}%` : ''
  return `Running${share}. The next step appears when it has finished.`
}
