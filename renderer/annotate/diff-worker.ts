/** Aligns texts beside the page, so that a long response never holds up a key. */
import type { Encoding } from '../../electron/engine/tokenizer/encoding.ts'
import type { DiffAnswer, DiffRequest } from './differ.ts'
import { diffEdit } from './edit-diff.ts'

let before: { text: string; cut: Encoding | null } = { text: '', cut: null }

function answer(edited: string, cut: Encoding | null): DiffAnswer {
  try {
    return { diff: diffEdit(before.text, edited, before.cut && cut ? [before.cut, cut] : undefined) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

self.addEventListener('message', ({ data }: MessageEvent<DiffRequest>) => {
  if ('rejected' in data) before = { text: data.rejected, cut: data.cut }
  else self.postMessage(answer(data.edited, data.cut))
})
