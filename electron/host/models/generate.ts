/** Verbs that use a model or the machine, without a project: generate, bench, doctor. */
import { statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Contract, InputOf, ResultOf } from '../../contract/index.ts'
import { locateRuntime } from '../../engine/runtime/locate.ts'
import { sqliteVersion } from '../../storage/index.ts'
import type { Lab, WorkHooks } from '../context.ts'
import { packageVersion } from '../version.ts'

/** Prompts are cut to their last tokens beyond this. */
const longestQuery = 4096

export async function generate(
  { trainer }: Lab,
  { model, prompt, chat, maxNew, ...sampling }: InputOf<Contract['generate']>,
  { emit, signal }: WorkHooks,
): Promise<ResultOf<Contract['generate']>> {
  const { rows, cut } = await trainer.run<'generate'>(
    {
      kind: 'generate',
      model: path.resolve(model),
      prompts: [chat ? { prompt: [{ role: 'user', content: prompt }], context: '' } : prompt],
      maxNewTokens: maxNew,
      batchSize: 1,
      maxQueryTokens: longestQuery,
      ...sampling,
    },
    { signal, emit: (event) => event.type === 'token' && emit(event) },
  )
  if (cut > 0)
    emit({ type: 'note', sentence: `Only the last ${longestQuery} tokens of the prompt were used.` })
  const { text, ids } = rows[0]!
  return { text, ids }
}

export function bench(
  { trainer }: Lab,
  input: InputOf<Contract['bench']>,
  hooks: WorkHooks,
): Promise<ResultOf<Contract['bench']>> {
  return trainer.run<'bench'>({ kind: 'bench', ...input }, hooks)
}

export async function doctor({ trainer }: Lab, hooks: WorkHooks): Promise<ResultOf<Contract['doctor']>> {
  const location = locateRuntime()
  const folder = location.kind === 'tensorflow' ? path.dirname(location.addon) : null
  return {
    version: packageVersion,
    runtime: await trainer.run<'runtime'>({ kind: 'runtime' }, hooks),
    speed: await trainer.run<'speed'>({ kind: 'speed' }, hooks),
    cache: folder === null ? null : { folder, freeBytes: await freeBytesAt(folder) },
    node: process.version,
    sqlite: sqliteVersion(),
    platform: `${process.platform}-${process.arch}`,
    cpu: { model: os.cpus()[0]?.model ?? 'unknown', cores: os.availableParallelism() },
    memory: { totalBytes: os.totalmem(), freeBytes: os.freemem() },
  }
}

async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
