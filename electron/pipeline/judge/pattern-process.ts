/** The process in which a judge's pattern is searched for; run by pattern-matcher.ts. */
import { serveLimited } from '../../engine/limited-process.ts'
import type { PatternCall } from './pattern-matcher.ts'

function answer({ source, flags, texts }: PatternCall): boolean[] {
  const pattern = new RegExp(source, flags)
  return texts.map((text) => text.search(pattern) >= 0)
}

serveLimited(
  () => null,
  (_, call) => answer(call as PatternCall),
  new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
)
