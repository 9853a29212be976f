/** Projects: those opened lately, and what is in one at a glance. */
import { z } from 'zod'
import { project, verb } from '../verb.ts'

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

export const Machine = z.object({
  version: z.string(),
  /** What trainings will be computed with, as `TensorFlow 2.21.0`. */
  runtime: z.string(),
  memory: z.object({ totalBytes: z.number(), freeBytes: z.number(), usedByStetBytes: z.number() }),
  diskFreeBytes: z.number().nullable(),
  cores: z.int().positive(),
  /** Where new projects go. */
  projectsFolder: z.string(),
})
export type Machine = z.infer<typeof Machine>

export const projects = {
  recent: verb('Projects opened lately, the newest first.')
    .input(z.strictObject({}))
    .output(z.array(ProjectCard)),
  open: verb('Open a project and remember it among the recent ones.')
    .input(z.strictObject({ project }))
    .output(ProjectOverview),
  create: verb('Make a project in a new folder.')
    .input(z.strictObject({ name: z.string().trim().min(1), folder: z.string().nullable().default(null) }))
    .output(ProjectOverview),
  /** A small project of the sample world to try everything on. */
  createSample: verb('Make the sample project.').input(z.strictObject({})).output(ProjectOverview),
  overview: verb('What is in a project.').input(z.strictObject({ project })).output(ProjectOverview),
  forget: verb('Take a project off the list; its folder stays.')
    .input(z.strictObject({ project }))
    .output(z.array(ProjectCard)),
  machine: verb('Memory and disk of this machine, now.')
    .input(z.strictObject({ project: project.nullable().default(null) }))
    .output(Machine),
}
