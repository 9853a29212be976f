/**
 * Keeps what policies answered, so that an experiment that was interrupted does not sample everything again. Only for
 * models inside the project: a run's model never changes, while a file elsewhere may.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { canonicalJson } from '../../contract/json.ts'
import { writeFileAtomic } from '../../engine/formats/atomic.ts'
import type { Project } from '../../storage/index.ts'
import type { Response } from './steps.ts'

const Responses = z.array(z.object({ text: z.string(), ids: z.array(z.int()), ended: z.boolean() }))

/**
 * @param request everything that the answers depend on besides the model
 * @param sample makes the answers if they are not kept yet
 */
export async function keptAnswers(
  { folder }: Project,
  { model, request }: { model: string; request: object },
  sample: () => Promise<Response[]>,
): Promise<Response[]> {
  const inside = path.relative(folder, model)
  if (inside.startsWith('..') || path.isAbsolute(inside)) return sample()
  const key = canonicalJson({ model: inside, request: JSON.parse(JSON.stringify(request)) })
  const kept = path.join(folder, 'answers', `${createHash('sha256').update(key).digest('hex')}.json`)
  if (existsSync(kept)) return Responses.parse(JSON.parse(readFileSync(kept, 'utf8')))
  const responses = await sample()
  mkdirSync(path.dirname(kept), { recursive: true })
  await writeFileAtomic(kept, [JSON.stringify(responses)])
  return responses
}
