/** Which answers better? Two answers side by side, nothing that gives a model away, verdicts by the arrow keys. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { saving } from '../app/saved.ts'
import { DiffText } from '../ui/diff-text.tsx'
import { InertMarkdown } from '../ui/inert-markdown.tsx'
import { Button, Keys, Problem } from '../ui/kit.tsx'
import { Prompt } from '../ui/prompt.tsx'

type Answer = 'left' | 'tie' | 'right' | 'skip'

/** After so many verdicts judging gets worse. */
const restEvery = 40

export function BlindSession({ evaluation }: { evaluation: string }) {
  const project = useProject()
  const [, change] = usePlace()
  const [marks, setMarks] = useState(false)
  const shownAt = useRef(performance.now())
  const key = ['blind', project, evaluation]
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: () => host.judge.next({ project, evaluation }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const again = () => queries.invalidateQueries({ queryKey: key })
  const end = () => change({ blind: undefined, evaluation })
  const vote = useMutation({
    mutationFn: (answer: Answer) => {
      const elapsedMs = performance.now() - shownAt.current
      return saving(() => host.judge.vote({ project, evaluation, pairId: data!.pairId, answer, elapsedMs }))
    },
    onSuccess: async ({ finished }) => {
      await again()
      if (finished) end()
    },
  })
  const undo = useMutation({ mutationFn: () => host.judge.undo({ project, evaluation }), onSuccess: again })
  const pairId = data?.pairId
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock starts with each pair
  useEffect(() => {
    shownAt.current = performance.now()
  }, [pairId])
  const say = (answer: Answer) => data && !vote.isPending && vote.mutate(answer)
  useKeys('Judging', [
    { keys: 'ArrowLeft', does: 'left is better', run: () => say('left') },
    { keys: 'ArrowRight', does: 'right is better', run: () => say('right') },
    { keys: 'ArrowDown', does: 'a tie', run: () => say('tie') },
    { keys: 's', does: 'skip', run: () => say('skip') },
    { keys: 'Backspace', does: 'undo', run: () => undo.mutate() },
    { keys: 'm', does: 'mark the differences', run: () => setMarks(!marks) },
    { keys: 'Escape', does: 'pause', run: end },
  ])
  if (error) return <Problem error={error} onRetry={again} />
  if (data === undefined) return null
  if (data === null)
    return (
      <div className="empty">
        <h2>Every pair is judged</h2>
        <Button kind="primary" onClick={end}>
          See the result
        </Button>
      </div>
    )
  const { prompt, context, left, right, judged, total } = data
  return (
    <div className="stack blind">
      <div className="row spread">
        <h1>Which answers better?</h1>
        <span className="numbers" role="status">
          {judged} / {total} · blind
        </span>
      </div>
      {judged > 0 && judged % restEvery === 0 && (
        <p className="box" role="status">
          {judged} verdicts: a good moment to rest your eyes. Everything is saved.
        </p>
      )}
      <div className="blind-prompt">
        <Prompt prompt={prompt} context={context} />
      </div>
      <div className="sides">
        <section aria-label="Left answer" className="card">
          {marks ? <DiffText before={right} after={left} /> : <InertMarkdown text={left} />}
        </section>
        <section aria-label="Right answer" className="card">
          {marks ? <DiffText before={left} after={right} /> : <InertMarkdown text={right} />}
        </section>
      </div>
      <Problem error={vote.error ?? undo.error} />
      <div className="row votes">
        <Button onClick={() => say('left')}>
          <Keys keys="←" /> left
        </Button>
        <Button onClick={() => say('tie')}>
          <Keys keys="↓" /> tie
        </Button>
        <Button onClick={() => say('right')}>
          right <Keys keys="→" />
        </Button>
        <Button onClick={() => say('skip')}>
          skip <Keys keys="s" />
        </Button>
        <Button disabled={judged === 0} onClick={() => undo.mutate()}>
          undo <Keys keys="Backspace" />
        </Button>
        <Button onClick={() => setMarks(!marks)} aria-pressed={marks}>
          differences <Keys keys="m" />
        </Button>
        <Button kind="quiet" onClick={end}>
          pause <Keys keys="Esc" />
        </Button>
      </div>
    </div>
  )
}
