/** The reference's responses to the prompts of a run's samples, requested on demand; a request can be cancelled. */
import { useEffect, useRef, useState } from 'react'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'

export function useReferences(run: string) {
  const project = useProject()
  const [answers, setAnswers] = useState<Record<string, string>>({})
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null)
  const [error, setError] = useState<unknown>(null)
  const call = useRef<AbortController | null>(null)
  const cancel = () => call.current?.abort()
  useEffect(() => () => call.current?.abort(), [])

  const ask = async (promptIds: readonly string[]) => {
    const missing = promptIds.filter((id) => answers[id] === undefined)
    if (missing.length === 0 || progress !== null) return
    const own = new AbortController()
    call.current = own
    setError(null)
    setProgress({ done: 0, total: missing.length })
    try {
      const events = await host.runs.references({ project, run, promptIds: missing }, { signal: own.signal })
      for (;;) {
        const { done, value } = await events.next()
        if (done) {
          const added = Object.fromEntries(value.map(({ promptId, text }) => [promptId, text]))
          setAnswers((before) => ({ ...before, ...added }))
          break
        }
        if (value.type === 'progress') setProgress({ done: value.done, total: value.total })
      }
    } catch (problem) {
      if (!own.signal.aborted) setError(problem)
    } finally {
      setProgress(null)
    }
  }
  return { answers, progress, error, ask, cancel }
}
