/** The reference's answers to the prompts of a run's samples, asked for when wanted; asking can be cancelled. */
import { useEffect, useRef, useState } from 'react'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'

export function useReferences(run: string) {
  const project = useProject()
  const [answers, setAnswers] = useState<Record<string, string>>({})
  const [going, setGoing] = useState<{ done: number; total: number } | null>(null)
  const [error, setError] = useState<unknown>(null)
  const call = useRef<AbortController | null>(null)
  const cancel = () => call.current?.abort()
  useEffect(() => () => call.current?.abort(), [])

  const ask = async (promptIds: string[]) => {
    const missing = promptIds.filter((id) => answers[id] === undefined)
    if (missing.length === 0 || going !== null) return
    const own = new AbortController()
    call.current = own
    setError(null)
    setGoing({ done: 0, total: missing.length })
    try {
      const events = await host.runs.references({ project, run, promptIds: missing }, { signal: own.signal })
      for (;;) {
        const { done, value } = await events.next()
        if (done) {
          setAnswers((before) => ({
            ...before,
            ...Object.fromEntries(value.map(({ promptId, text }) => [promptId, text])),
          }))
          break
        }
        if (value.type === 'progress') setGoing({ done: value.done, total: value.total })
      }
    } catch (problem) {
      if (!own.signal.aborted) setError(problem)
    } finally {
      setGoing(null)
    }
  }
  return { answers, going, error, ask, cancel }
}
