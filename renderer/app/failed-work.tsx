/** Work that failed: told with what was asked for until it is dismissed, since nobody may have been looking. */
import { useState } from 'react'
import { Button } from '../ui/kit.tsx'
import { useWork } from './queries.ts'

const key = 'stet-dismissed-work'

function dismissedIds(): string[] {
  return JSON.parse(sessionStorage.getItem(key) ?? '[]')
}

/** @param verbs as the work board names them; a beginning such as `train ` stands for all that begin so */
export function FailedWork({ project, verbs }: { project: string; verbs: readonly string[] }) {
  const [dismissed, setDismissed] = useState(dismissedIds)
  const failed = useWork(project).filter(
    ({ id, state, verb }) =>
      state === 'failed' && !dismissed.includes(id) && verbs.some((start) => verb.startsWith(start)),
  )
  const dismiss = (id: string) => {
    const all = [...dismissed, id]
    sessionStorage.setItem(key, JSON.stringify(all))
    setDismissed(all)
  }
  return failed.map(({ id, verb, input, error }) => (
    <div key={id} className="problem box row spread" role="alert">
      <p>
        {verb}
        {typeof input.name === 'string' && ` ${input.name}`} failed: {error}
      </p>
      <Button kind="quiet" onClick={() => dismiss(id)}>
        Dismiss
      </Button>
    </div>
  ))
}
