/** Converts UTF-16 text to UTF-8 while it is read; encodings that cannot be told with certainty are refused. */
import { UserError } from '../../contract/errors.ts'
import { shellWord } from '../../contract/shell-word.ts'

export type Utf16 = 'utf-16le' | 'utf-16be'

/**
 * @param head the first bytes of a file
 * @returns null if they are not UTF-16 with a byte order mark
 * @throws UserError if they are UTF-32, or UTF-16 without a mark
 */
export function utf16Of(file: string, head: Buffer): Utf16 | null {
  const mark = head.toString('hex', 0, 4)
  if (mark === 'fffe0000' || mark === '0000feff') throw unmarked(file, 'UTF-32')
  if (mark.startsWith('fffe')) return 'utf-16le'
  if (mark.startsWith('feff')) return 'utf-16be'
  // ASCII in UTF-16 has a zero in every second byte; no text in UTF-8 has any.
  const start = head.subarray(0, 64)
  const zeros = [0, 1].map((parity) => start.filter((byte, at) => at % 2 === parity && byte === 0).length)
  if (Math.max(...zeros) > start.length / 4)
    throw unmarked(file, zeros[0]! > zeros[1]! ? 'UTF-16BE' : 'UTF-16LE')
  return null
}

function unmarked(file: string, encoding: string): UserError {
  const command = `iconv -f ${encoding} -t UTF-8 ${shellWord(file)} > utf8.txt`
  return new UserError('bad_input', `${file} is text in ${encoding}, not UTF-8. Convert it: ${command}`)
}

/** @throws UserError if the bytes are not text in this encoding */
export async function* fromUtf16(
  file: string,
  encoding: Utf16,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
    yield Buffer.from(decoder.decode())
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const message = `${file} begins as UTF-16, but is not all UTF-16: save it as UTF-8.`
    throw new UserError('bad_input', message, { cause: error })
  }
}
