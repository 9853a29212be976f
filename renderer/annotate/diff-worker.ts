/** Aligns texts in a worker, so that a long response never delays a key. */
import type { Tokenization } from '../../electron/contract/annotate.ts'
import type { DiffReply, DiffRequest } from './differ.ts'
import { diffEdit, encodingOf } from './edit-diff.ts'

let rejected: { text: string; tokens: Tokenization | null } = { text: '', tokens: null }

function reply(edited: string, tokens: Tokenization | null): DiffReply {
  try {
    const encodings =
      rejected.tokens && tokens ? ([encodingOf(rejected.tokens), encodingOf(tokens)] as const) : undefined
    return { diff: diffEdit(rejected.text, edited, encodings) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

self.addEventListener('message', ({ data }: MessageEvent<DiffRequest>) => {
  if ('rejected' in data) rejected = { text: data.rejected, tokens: data.tokens }
  else self.postMessage(reply(data.edited, data.tokens))
})
