/** Aligns texts beside the page, so that a long response never holds up a key. */
import type { TokenCut } from '../../electron/contract/annotate.ts'
import type { DiffAnswer, DiffRequest } from './differ.ts'
import { diffEdit, encodingOf } from './edit-diff.ts'

let before: { text: string; cut: TokenCut | null } = { text: '', cut: null }

function answer(edited: string, cut: TokenCut | null): DiffAnswer {
  try {
    const both = before.cut && cut
    const cuts = both ? ([encodingOf(before.cut!), encodingOf(cut!)] as const) : undefined
    return { diff: diffEdit(before.text, edited, cuts) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

self.addEventListener('message', ({ data }: MessageEvent<DiffRequest>) => {
  if ('rejected' in data) before = { text: data.rejected, cut: data.cut }
  else self.postMessage(answer(data.edited, data.cut))
})
