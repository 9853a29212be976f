/** The project of a demo or a real run. */
import { mkdirSync } from 'node:fs'
import type { Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { freeProjectFolder } from '../projects/projects-folder.ts'

/** A new project in `out`; a project of an earlier run there is never overwritten. */
export async function freshProject(lab: Lab, out: string, name: string): Promise<Project> {
  mkdirSync(out, { recursive: true })
  return lab.createProject(freeProjectFolder(out, name))
}
