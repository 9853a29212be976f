/** The verb `init`. */
import type { projectVerbs as contractVerbs } from '../../contract/projects.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import type { Lab } from '../context.ts'
import type { Implements } from '../implements.ts'

async function init(lab: Lab, { project }: VerbInput<'init'>): Promise<VerbResult<'init'>> {
  const { folder } = await lab.createProject(project)
  return { project: folder }
}

export const projectVerbs: Implements<typeof contractVerbs> = { init }
