/** Aligns texts beside the page, so that a long response never holds up a key. */
import { diffEdit } from './edit-diff.ts'

self.addEventListener('message', ({ data }: MessageEvent<{ rejected: string; edited: string }>) => {
  try {
    self.postMessage({ edited: data.edited, diff: diffEdit(data.rejected, data.edited) })
  } catch (error) {
    self.postMessage({ edited: data.edited, problem: error instanceof Error ? error.message : String(error) })
  }
})
