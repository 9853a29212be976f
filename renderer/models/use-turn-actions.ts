/** What can be done with the last turn's answers: prefer one, edit one, mark differences, tint by reward, ask again. */
import { useState } from 'react'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { goTo, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { sentenceOf } from '../ui/problem.tsx'
import { showToast } from '../ui/toast.tsx'
import { type Speaker, useConversation } from './conversation.ts'
import { keepPair } from './keep-pair.ts'
import { messagesOf, type Turn } from './turns.ts'
import { useTint } from './use-tint.ts'

export type TurnActions = ReturnType<typeof useTurnActions>

export function useTurnActions(speakers: readonly Speaker[]) {
  const { conversation, turns, settings, isAnswering } = useConversation(useProject())
  const [showsDifferences, showDifferences] = useState(false)
  const { isBusy, guarded } = useGuard()
  const last = turns.at(-1)
  const answers = last?.answers ?? []
  const asked = (side: number) => messagesOf(turns, { turn: turns.length - 1, side, system: settings.system })
  const tint = useTint(last, asked)
  const keeping = useKeeping(last, asked)
  const canKeep =
    !isAnswering &&
    answers.length > 1 &&
    answers.every(({ text }) => text.trim() !== '') &&
    answers[0]!.text !== answers[1]!.text
  const prefer = (side: 0 | 1) => void (canKeep && guarded(() => keeping.prefer(side)))
  const toggleDifferences = () => showDifferences((before) => !before)
  const again = () => void (last && conversation.again(speakers))
  useKeys('Last answers', [
    { keys: 'm', does: 'show or hide differences', run: toggleDifferences },
    { keys: 'Alt+1', does: 'left is better', run: () => prefer(0), whileTyping: true },
    { keys: 'Alt+2', does: 'right is better', run: () => prefer(1), whileTyping: true },
    { keys: 'Alt+r', does: 'answer again', run: again, whileTyping: true },
  ])
  return {
    showsDifferences: showsDifferences && answers.length > 1,
    toggleDifferences,
    rated: tint.rows,
    scale: tint.scale,
    tint: (rewardModel: string) => void guarded(() => tint.ask(rewardModel)),
    clearTint: tint.clear,
    kept: keeping.kept,
    undo: () => void guarded(keeping.undo),
    edit: (side: number) => void guarded(() => keeping.edit(side)),
    isBusy,
    canKeep,
    prefer,
    again,
  }
}

/** Runs one thing at a time; what goes wrong is said. */
function useGuard() {
  const [isBusy, setBusy] = useState(false)
  const guarded = async (work: () => Promise<void>) => {
    if (isBusy) return
    setBusy(true)
    try {
      await work()
    } catch (error) {
      showToast(sentenceOf(error), { icon: 'warning' })
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, guarded }
}

interface KeptPair {
  /** The answers that were kept; others came since if they differ. */
  answers: Turn['answers']
  text: string
  /** Null if the project had it already. */
  item: string | null
}

function useKeeping(last: Turn | undefined, asked: (side: number) => ReturnType<typeof messagesOf>) {
  const project = useProject()
  const [kept, setKept] = useState<KeptPair | null>(null)
  const answers = last?.answers ?? []
  const textOf = (side: number) => answers[side]?.text ?? ''
  return {
    kept: kept !== null && kept.answers === last?.answers ? kept : null,
    async prefer(side: 0 | 1) {
      const pair = { chosen: textOf(side), rejected: textOf(1 - side) }
      const item = await keepPair(project, { messages: asked(side), ...pair })
      const better = side === 0 ? 'left' : 'right'
      const text =
        item === null
          ? 'The project has this pair already.'
          : `Kept in the dataset “chat”: the ${better} answer is better.`
      setKept({ answers, text, item })
    },
    async edit(side: number) {
      const item = await keepPair(project, { messages: asked(side), rejected: textOf(side), chosen: null })
      if (item === null) showToast('The project has this answer already; find it in Data.', { icon: 'info' })
      else goTo(project, 'annotate', { item })
    },
    async undo() {
      if (kept?.item) await host.data.remove({ project, ids: [kept.item] })
      setKept(null)
      void queries.invalidateQueries()
    },
  }
}
