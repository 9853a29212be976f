/** The model that `stet real` uses unless told otherwise, downloaded once by a script of the setup. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'

const script = path.resolve(import.meta.dirname, '../../../native/setup/real-model.mjs')

/**
 * @returns path of SmolLM2-135M-Instruct's GGUF
 * @throws UserError `unavailable` if it is neither cached nor downloadable
 */
export async function fetchRealModel({ emit, signal }: Hooks): Promise<string> {
  emit({ type: 'note', sentence: 'Looking for SmolLM2-135M-Instruct; it is downloaded once (93 MB).' })
  if (!existsSync(script)) throw unavailable('only a clone of the repository can download it')
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script], { signal })
    return stdout.trim()
  } catch (cause) {
    const lastLine = String(Reflect.get(Object(cause), 'stderr') ?? '')
      .trim()
      .split('\n')
      .at(-1)
    throw unavailable((lastLine || String(cause)).replace(/^stet: /, ''), cause)
  }
}

function unavailable(reason: string, cause?: unknown): UserError {
  const advice = 'Get its GGUF on another machine or use any other model: --model FILE.'
  return new UserError('unavailable', `SmolLM2-135M-Instruct could not be downloaded: ${reason}. ${advice}`, {
    cause,
  })
}
