/** Jobs that failed, each shown until it is dismissed: the user may not have been watching. */
import { useState } from 'react'
import type { VerbName } from '../../electron/contract/verbs.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { useWork } from './queries.ts'

const storageKey = 'stet-dismissed-work'

function dismissedIds(): string[] {
  return JSON.parse(sessionStorage.getItem(storageKey) ?? '[]')
}

/** @param isShown whether failed jobs of a verb are shown in this view */
export function FailedWork({ project, isShown }: { project: string; isShown: (verb: VerbName) => boolean }) {
  const [dismissed, setDismissed] = useState(dismissedIds)
  const failed = useWork(project).filter(
    ({ id, state, verb }) => state === 'failed' && !dismissed.includes(id) && isShown(verb),
  )
  const dismiss = (id: string) => {
    const all = [...dismissed, id]
    sessionStorage.setItem(storageKey, JSON.stringify(all))
    setDismissed(all)
  }
  return failed.map(({ id, verb, input, error }) => (
    <Banner
      key={id}
      kind="bad"
      title={`${verb}${typeof input.name === 'string' ? ` ${input.name}` : ''} failed: ${error}`}
      actions={
        <Button kind="quiet" onClick={() => dismiss(id)}>
          Dismiss
        </Button>
      }
    />
  ))
}
