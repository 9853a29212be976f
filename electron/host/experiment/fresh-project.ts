/** What the demo and the real run do before their experiment: make a project, and time their steps. */
import { mkdirSync } from 'node:fs'
import type { Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { freeProjectFolder } from '../projects/projects-folder.ts'

/** A new project in `out`; a project of an earlier run there is never overwritten. */
export async function freshProject(lab: Lab, out: string, name: string): Promise<Project> {
  mkdirSync(out, { recursive: true })
  return lab.createProject(freeProjectFolder(out, name))
}

export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const start = performance.now()
  const result = await work()
  return { result, seconds: (performance.now() - start) / 1000 }
}
