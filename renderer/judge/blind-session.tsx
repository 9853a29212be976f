/** Blind judging: two responses side by side, nothing that identifies a model, verdicts by the arrow keys. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { saving } from '../app/saved.ts'
import { LinkProblem } from '../app/view-problem.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { DiffText } from '../ui/diff-text.tsx'
import { InertMarkdown } from '../ui/inert-markdown.tsx'
import { Keys } from '../ui/keys.tsx'
import { Problem } from '../ui/problem.tsx'
import { Prompt } from '../ui/prompt.tsx'

type Vote = 'left' | 'tie' | 'right' | 'skip'
type BlindPair = NonNullable<Awaited<ReturnType<typeof host.judge.next>>>

/** After this many verdicts, judgements get worse. */
const restEvery = 40

export function BlindSession({ evaluation }: { evaluation: string }) {
  const [marks, setMarks] = useState(false)
  const session = useSession(evaluation)
  const { pair, error, vote, undo, end } = session
  const toggleMarks = () => setMarks(!marks)
  useKeys('Judging', [
    { keys: 'ArrowLeft', does: 'left is better', run: () => vote('left') },
    { keys: 'ArrowRight', does: 'right is better', run: () => vote('right') },
    { keys: 'ArrowDown', does: 'tie', run: () => vote('tie') },
    { keys: 's', does: 'skip', run: () => vote('skip') },
    { keys: 'Backspace', does: 'undo', run: undo },
    { keys: 'm', does: 'mark the differences', run: toggleMarks },
    { keys: 'Escape', does: 'pause', run: end },
  ])
  if (pair === undefined) {
    const back = { label: 'All evaluations', go: session.leave }
    return <LinkProblem what="blind comparison" error={error} back={back} onRetry={session.reload} />
  }
  if (pair === null) return <AllJudged onEnd={end} />
  return (
    <div className="col blind">
      <div className="row wrap between">
        <h1>Which response is better?</h1>
        <span className="num" role="status">
          {pair.judged} / {pair.total} · blind
        </span>
      </div>
      {pair.judged > 0 && pair.judged % restEvery === 0 && (
        <Banner
          kind="note"
          title={`${pair.judged} verdicts: a good moment to rest your eyes. Everything is saved.`}
        />
      )}
      {pair.decided && (
        <Banner
          kind="note"
          title="Decided: the verdicts so far show which side is better. You may stop."
          actions={<Button onClick={session.stop}>Stop and show the result</Button>}
        />
      )}
      <div className="blind-prompt">
        <Prompt prompt={pair.prompt} context={pair.context} />
      </div>
      <Responses pair={pair} marks={marks} />
      <Problem error={session.voteError} />
      <VoteButtons session={session} judged={pair.judged} marks={marks} onToggleMarks={toggleMarks} />
    </div>
  )
}

interface Session {
  /** Undefined while it loads; null once every pair is judged. */
  pair: BlindPair | null | undefined
  error: unknown
  voteError: unknown
  vote(vote: Vote): void
  undo(): void
  end(): void
  /** Finishes with the verdicts so far. */
  stop(): void
  reload(): void
  /** To the list of evaluations. */
  leave(): void
}

function useSession(evaluation: string): Session {
  const project = useProject()
  const [, change] = usePlace()
  const shownAt = useRef(performance.now())
  const queryKey = ['blind', project, evaluation]
  const { data: pair, error } = useQuery({
    queryKey,
    queryFn: () => host.judge.next({ project, evaluation }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const reload = () => queries.invalidateQueries({ queryKey })
  const end = () => change({ blind: undefined, evaluation })
  const voting = useMutation({
    mutationFn: (answer: Vote) => {
      const elapsedMs = performance.now() - shownAt.current
      return saving(() => host.judge.vote({ project, evaluation, pairId: pair!.pairId, answer, elapsedMs }))
    },
    onSuccess: async ({ finished }) => {
      await reload()
      if (finished) end()
    },
  })
  const undoing = useMutation({
    mutationFn: () => host.judge.undo({ project, evaluation }),
    onSuccess: reload,
  })
  const stopping = useMutation({
    mutationFn: () => host.judge.stopBlind({ project, evaluation }),
    onSuccess: end,
  })
  const pairId = pair?.pairId
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock starts with each pair
  useEffect(() => {
    shownAt.current = performance.now()
  }, [pairId])
  return {
    pair,
    error,
    voteError: voting.error ?? undoing.error ?? stopping.error,
    vote: (vote) => pair && !voting.isPending && voting.mutate(vote),
    undo: () => undoing.mutate(),
    stop: () => stopping.mutate(),
    end,
    reload: () => void reload(),
    leave: () => change({ blind: undefined, evaluation: undefined }),
  }
}

function AllJudged({ onEnd }: { onEnd: () => void }) {
  return (
    <div className="empty">
      <h2>All pairs are judged</h2>
      <Button kind="primary" onClick={onEnd}>
        Show the result
      </Button>
    </div>
  )
}

function Responses({ pair: { left, right }, marks }: { pair: BlindPair; marks: boolean }) {
  return (
    <div className="sides">
      <section aria-label="Left response" className="card">
        {marks ? <DiffText before={right} after={left} /> : <InertMarkdown text={left} />}
      </section>
      <section aria-label="Right response" className="card">
        {marks ? <DiffText before={left} after={right} /> : <InertMarkdown text={right} />}
      </section>
    </div>
  )
}

function VoteButtons({
  session: { vote, undo, end },
  judged,
  marks,
  onToggleMarks,
}: {
  session: Session
  judged: number
  marks: boolean
  onToggleMarks: () => void
}) {
  return (
    <div className="row wrap votes">
      <Button onClick={() => vote('left')}>
        <Keys keys="←" /> Left
      </Button>
      <Button onClick={() => vote('tie')}>
        <Keys keys="↓" /> Tie
      </Button>
      <Button onClick={() => vote('right')}>
        Right <Keys keys="→" />
      </Button>
      <Button onClick={() => vote('skip')}>
        Skip <Keys keys="s" />
      </Button>
      <Button disabled={judged === 0} onClick={undo}>
        Undo <Keys keys="Backspace" />
      </Button>
      <Button onClick={onToggleMarks} aria-pressed={marks}>
        Differences <Keys keys="m" />
      </Button>
      <Button kind="quiet" onClick={end}>
        Pause <Keys keys="Esc" />
      </Button>
    </div>
  )
}
