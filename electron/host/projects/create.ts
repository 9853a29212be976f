/** The verbs that create projects: init (empty) and sample (with the data of a sample world); and recover. */
import path from 'node:path'
import type { projectVerbs as contractVerbs } from '../../contract/projects.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { countWork, recoverProject } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { importSampleWorld } from '../data/sample-world.ts'
import type { Implements } from '../implements.ts'

async function init(lab: Lab, { project }: VerbInput<'init'>): Promise<VerbResult<'init'>> {
  const { folder } = await lab.createProject(project)
  return { project: folder }
}

async function sample(
  lab: Lab,
  { project: folder, demonstrations, pairs, ...choice }: VerbInput<'sample'>,
): Promise<VerbResult<'sample'>> {
  const project = await lab.createProject(folder)
  await importSampleWorld(project, { ...choice, sizes: { demonstrations, pairs } })
  const { items, annotations } = countWork(project.db)
  return { project: project.folder, items, edited: annotations.done }
}

async function recover(_: Lab, { project, copy }: VerbInput<'recover'>): Promise<VerbResult<'recover'>> {
  const folder = path.resolve(project)
  return { project: folder, ...(await recoverProject(folder, copy)) }
}

export const projectVerbs: Implements<typeof contractVerbs> = { init, sample, recover }
