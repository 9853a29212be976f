/** Projects: made, opened, listed, and what is in one at a glance. */
import { z } from 'zod'
import { project } from './options.ts'
import { procedure, verb } from './procedure.ts'

/** How much there was in a project when it was last looked at. */
export const ProjectGlance = z.object({
  items: z.int().nonnegative(),
  /** Items with a finished edit. */
  edited: z.int().nonnegative(),
  runs: z.int().nonnegative(),
  evaluations: z.int().nonnegative(),
})
export type ProjectGlance = z.infer<typeof ProjectGlance>

export const ProjectCard = z.object({
  /** Absolute. */
  folder: z.string(),
  name: z.string(),
  openedAt: z.string().nullable(),
  /** False where the folder is gone. */
  exists: z.boolean(),
  glance: ProjectGlance.nullable(),
})
export type ProjectCard = z.infer<typeof ProjectCard>

export const ProjectOverview = z.object({
  folder: z.string(),
  name: z.string(),
  items: z.int().nonnegative(),
  /** Items with a rejected response: those that can be edited. */
  editable: z.int().nonnegative(),
  heldout: z.int().nonnegative(),
  annotations: z.object({
    draft: z.int().nonnegative(),
    done: z.int().nonnegative(),
    skipped: z.int().nonnegative(),
    flagged: z.int().nonnegative(),
  }),
  datasets: z.array(z.object({ id: z.string(), name: z.string(), items: z.int().nonnegative() })),
  runs: z.int().nonnegative(),
  models: z.int().nonnegative(),
  evaluations: z.int().nonnegative(),
  annotators: z.array(z.string()),
  /** Why nothing can be changed; null where it can. */
  readOnly: z.string().nullable(),
})
export type ProjectOverview = z.infer<typeof ProjectOverview>

const init = verb('Make an empty project folder.', 'init ferry.stet')
  .input(z.strictObject({ project }))
  .output(z.object({ project: z.string() }))

export const projectVerbs = { init }

export const projects = {
  recent: procedure('Projects opened lately, the newest first.')
    .input(z.strictObject({}))
    .output(z.array(ProjectCard)),
  open: procedure('Open a project and remember it among the recent ones.')
    .input(z.strictObject({ project }))
    .output(ProjectOverview),
  create: procedure('Make a project in a new folder.')
    .input(z.strictObject({ name: z.string().trim().min(1), folder: z.string().nullable().default(null) }))
    .output(ProjectOverview),
  /** A small project of the sample world to try everything on. */
  createSample: procedure('Make the sample project.').input(z.strictObject({})).output(ProjectOverview),
  overview: procedure('What is in a project.').input(z.strictObject({ project })).output(ProjectOverview),
  forget: procedure('Take a project off the list; its folder stays.')
    .input(z.strictObject({ project }))
    .output(z.array(ProjectCard)),
}
