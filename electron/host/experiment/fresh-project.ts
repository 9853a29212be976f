/** What the demo and the real run do before their experiment: make a project, and time their steps. */
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'

/** A new project in `out`; a project of an earlier run there is never overwritten. */
export async function freshProject(lab: Lab, out: string, name: string): Promise<Project> {
  mkdirSync(out, { recursive: true })
  for (let n = 1; ; n++) {
    const folder = path.join(out, n === 1 ? `${name}.stet` : `${name}-${n}.stet`)
    if (!existsSync(folder)) return lab.createProject(folder)
  }
}

export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const start = performance.now()
  const result = await work()
  return { result, seconds: (performance.now() - start) / 1000 }
}
