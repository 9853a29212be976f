/** The verb `serve-model`: a model of a project for other programs, in a separate process, until it is stopped. */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { Hooks } from '../../../contract/events.ts'
import type { VerbInput, VerbResult } from '../../../contract/verbs.ts'
import type { Project } from '../../../storage/index.ts'
import type { Lab } from '../../context.ts'
import { findModel, openTokenizerAt } from '../project-models.ts'
import { guardedTokenizer } from './guarded-tokenizer.ts'
import { ServedRows } from './served-rows.ts'
import { startModelServer } from './server.ts'

/** Nothing else is held up: the model has its own process, and the project is open only while the model is looked up. */
export async function serveModel(
  lab: Lab,
  { project, model, port, host, key }: VerbInput<'serve-model'>,
  { emit, signal }: Hooks,
): Promise<VerbResult<'serve-model'>> {
  const { folder, name } = await lab.peekProject(project, (opened) => namedModel(opened, model))
  const tokenizer = guardedTokenizer(openTokenizerAt(folder), folder)
  const trainer = lab.newTrainer()
  const stop = new AbortController()
  try {
    const rows = await ServedRows.open(trainer, folder, AbortSignal.any([signal, stop.signal]))
    const secret = key ?? `sk-stet-${randomBytes(24).toString('base64url')}`
    const served = { name, rows, tokenizer, signal }
    const server = await startModelServer({ served, key: secret, port, host })
    emit({ type: 'serving', model: name, url: server.url, key: secret })
    try {
      await Promise.race([rows.end, aborted(signal)])
      return { model: name, requests: server.requests }
    } finally {
      stop.abort()
      await rows.end.catch(() => {})
      await server.close()
    }
  } finally {
    trainer.close()
  }
}

function namedModel(project: Project, model: string): { folder: string; name: string } {
  const { path: folder, record } = findModel(project, model)
  return { folder, name: record?.name ?? path.basename(folder) }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
