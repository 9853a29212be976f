/** The real model that `stet real` takes by default, fetched once by the set-up's own script. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'

const script = path.resolve(import.meta.dirname, '../../../native/setup/real-model.mjs')

/** @returns path of SmolLM2-135M-Instruct's GGUF */
export async function fetchRealModel({ emit, signal }: Hooks): Promise<string> {
  emit({ type: 'note', sentence: 'Looking for SmolLM2-135M-Instruct; it is fetched once (93 MB).' })
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script], { signal })
    return stdout.trim()
  } catch (cause) {
    const reason = (cause as { stderr?: string }).stderr?.trim() ?? ''
    throw new UserError(
      'unavailable',
      `The model could not be fetched (${reason}). Name a copy with --model.`,
      { cause },
    )
  }
}
