/** What can be refused before work is queued, while the form is still open: a name that another model has or will have. */
import { UserError } from '../../contract/errors.ts'
import { describeVerb } from '../../contract/verbs.ts'
import type { StartWork, WorkRecord } from '../../contract/work.ts'
import type { Lab } from '../context.ts'
import { refuseTakenName } from '../models/project-models.ts'

/**
 * @param jobs all that the project has started
 * @throws UserError `conflict` for a name that is taken by a model, or by a job that will make one
 */
export async function checkStart(
  lab: Lab,
  { verb, input }: StartWork,
  jobs: readonly WorkRecord[],
): Promise<void> {
  if (!describeVerb(verb).trains || !('name' in input) || !('project' in input)) return
  const { name, project } = input
  if (typeof name !== 'string') return
  refuseTakenName(await lab.openProject(project), name)
  const rival = jobs.find((job) => job.endedAt === null && job.input.name === name)
  if (!rival) return
  const sentence = `A model "${name}" is already being trained or queued (${rival.verb}). Choose another name.`
  throw new UserError('conflict', sentence)
}
