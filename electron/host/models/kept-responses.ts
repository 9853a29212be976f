/**
 * Keeps the responses of a generation in the project, batch by batch, so that one that was interrupted samples only what
 * is missing. What is kept belongs to one request and to the model's files as they were.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { type Hooks, type JobEvent, ResponseRow } from '../../contract/events.ts'
import type { JobOf, JobResults } from '../../contract/jobs.ts'
import { canonicalJson } from '../../contract/json.ts'
import type { Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'

export type Generate = (job: JobOf<'generate'>, hooks: Hooks) => Promise<JobResults['generate']>

export interface KeptResponses {
  generate: Generate
  /** Removes what was kept: it has been stored elsewhere. */
  forget(): void
}

/**
 * What `generate` samples is kept until it is forgotten. `cut` counts only prompts that it asked the trainer about.
 * @param owner id of what the responses are for
 */
export function keptResponses({ trainer }: Lab, { folder }: Project, owner: string): KeptResponses {
  const answers = path.join(folder, 'answers')
  return {
    async generate(job, { emit, signal }) {
      const file = path.join(answers, `${owner}-${keyOf(job)}.part`)
      const kept = readKept(file)
      if (kept.length === job.prompts.length) return { rows: kept, cut: 0 }
      const pass = (event: JobEvent) => (event.type === 'responses' ? keep(file, event.rows) : emit(event))
      const rest = { ...job, answered: kept.length, reportsRows: true }
      const { rows, cut } = await trainer.run<'generate'>(rest, { emit: pass, signal })
      return { rows: [...kept, ...rows], cut }
    },
    forget() {
      const names = fs.existsSync(answers) ? fs.readdirSync(answers) : []
      for (const name of names)
        if (name.startsWith(`${owner}-`)) fs.rmSync(path.join(answers, name), { force: true })
    },
  }
}

/** Of the request, and of the sizes and times of the model's files. */
function keyOf(job: JobOf<'generate'>): string {
  const isFolder = fs.statSync(job.model).isDirectory()
  const names = isFolder ? fs.readdirSync(job.model).sort() : ['']
  const stamps = names.map((name) => {
    const { size, mtimeMs } = fs.statSync(path.join(job.model, name))
    return { name, size, mtimeMs }
  })
  const key = canonicalJson(JSON.parse(JSON.stringify({ job, stamps })))
  return createHash('sha256').update(key).digest('hex').slice(0, 32)
}

const Batch = z.array(ResponseRow)

/** Whole batches; one that a crash cut off is removed from the file. */
function readKept(file: string): ResponseRow[] {
  if (!fs.existsSync(file)) return []
  const text = fs.readFileSync(file, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole.length < text.length) fs.truncateSync(file, Buffer.byteLength(whole))
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => Batch.parse(JSON.parse(line)))
}

function keep(file: string, rows: ResponseRow[]): void {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const descriptor = fs.openSync(file, 'a')
  try {
    fs.writeSync(descriptor, `${JSON.stringify(rows)}\n`)
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}
