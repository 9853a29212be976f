/** The guide through a first project: all its steps as a list, and the next one as a line above every view. */
import { useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { Button, Keys } from '../ui/kit.tsx'
import { useKeys } from './keys.ts'
import { goTo } from './navigation.ts'
import { useWork } from './queries.ts'
import { changeSettings, useSettings } from './settings.ts'
import './guide.css'
import type { GuideStep } from './guide-steps.ts'
import { dismissGuide, useGuide } from './use-guide.ts'

export function GuideList({ project }: { project: string }) {
  const { steps } = useGuide(project)
  const going = useWork(project).filter(({ endedAt }) => endedAt === null)
  return (
    <ol className="guide-list">
      {steps?.map((step, i) => (
        <li key={step.title} className={step.isDone ? 'quiet' : ''}>
          <span className="numbers quiet">
            <span aria-hidden>{step.isDone ? '✓' : i + 1}</span>
            <span className="unseen">{step.isDone ? 'done: ' : 'to do: '}</span>
          </span>
          <Button kind="quiet" onClick={() => goTo(project, step.view, step.search)}>
            {step.title}
          </Button>
          <span>{saidOf(step, going)}</span>
        </li>
      ))}
    </ol>
  )
}

/** Where the project is the one that is guided through. */
export function GuideLine({ project }: { project: string }) {
  const { guide } = useSettings()
  return guide?.project === project ? <NextStep project={project} /> : null
}

function NextStep({ project }: { project: string }) {
  const { steps } = useGuide(project)
  const going = useWork(project).filter(({ endedAt }) => endedAt === null)
  const { pathname } = useLocation()
  const isInLabels = pathname.endsWith('/label')
  useEffect(() => {
    if (isInLabels) changeSettings({ guide: { project, sawLabels: true } })
  }, [isInLabels, project])
  const at = steps?.findIndex(({ isDone }) => !isDone) ?? -1
  const step = steps?.[at]
  const go = () => step && goTo(project, step.view, step.search)
  useKeys('Guide', [{ keys: 'g g', does: 'the next step', run: go }])
  if (!steps) return null
  return (
    <section className="guide-line" aria-label="Guide">
      {step ? (
        <>
          <span className="numbers quiet">
            {at + 1} of {steps.length}
          </span>
          <span role="status">{saidOf(step, going)}</span>
          <Button onClick={go}>
            {step.title} <Keys keys="g g" />
          </Button>
        </>
      ) : (
        <>
          <span role="status">
            All {steps.length} steps are done. The same way goes through your own data: drop a file in Data.
          </span>
          <Button onClick={() => goTo(project, 'data')}>Data</Button>
        </>
      )}
      <Button kind="quiet" onClick={dismissGuide} title="It stays in Settings">
        Dismiss the guide
      </Button>
    </section>
  )
}

function saidOf({ verb, sentence, isDone }: GuideStep, going: readonly WorkRecord[]): string {
  const work = isDone ? undefined : going.find((record) => record.verb === verb)
  if (!work) return sentence
  const { progress } = work
  const share =
    progress && progress.total > 0 ? `, ${Math.floor((100 * progress.done) / progress.total)}%` : ''
  return `It is under way${share}; the next step comes when it has ended.`
}
