/** Projects: creating, opening and listing them, and counts of their content. */
import { z } from 'zod'
import { project } from './options.ts'
import { procedure, verb } from './procedure.ts'
import { sampleWorld } from './worlds.ts'

/** How far a project can get: each stage needs those before it. */
export const ProjectStage = z.enum(['data', 'edits', 'reward', 'policy', 'judged'])
export type ProjectStage = z.infer<typeof ProjectStage>

/** The content of a project when it was last opened. */
export const ProjectSummary = z.object({
  items: z.int().nonnegative(),
  /** Items with a finished edit. */
  edited: z.int().nonnegative(),
  runs: z.int().nonnegative(),
  evaluations: z.int().nonnegative(),
  /** Items that wait for an edit. */
  left: z.int().nonnegative().default(0),
  /** The stages that have been reached, in their order. */
  stages: z.array(ProjectStage).default([]),
  /** Of all finished evaluations, in percent; null without one. */
  bestWinRate: z.number().nullable().default(null),
})
export type ProjectSummary = z.infer<typeof ProjectSummary>

export const ProjectCard = z.object({
  /** Absolute. */
  folder: z.string(),
  name: z.string(),
  openedAt: z.string().nullable(),
  /** When its database was last written; null if the folder is gone. */
  changedAt: z.string().nullable(),
  /** False if the folder is gone. */
  exists: z.boolean(),
  summary: ProjectSummary.nullable(),
})
export type ProjectCard = z.infer<typeof ProjectCard>

export const ProjectOverview = z.object({
  folder: z.string(),
  name: z.string(),
  items: z.int().nonnegative(),
  /** Items with a rejected response, which can be edited. */
  editable: z.int().nonnegative(),
  /** Items that anyone has finished. */
  edited: z.int().nonnegative(),
  /** Items that anyone has finished or skipped. */
  settled: z.int().nonnegative(),
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
  /** Why the project is read-only; null if it is not. */
  readOnly: z.string().nullable(),
})
export type ProjectOverview = z.infer<typeof ProjectOverview>

const init = verb('Create an empty project.', 'init ferry.stet')
  .input(z.strictObject({ project }))
  .output(z.object({ project: z.string() }))

const sample = verb(
  'Create a project with the data of a sample world.',
  'sample ferry.stet',
  'sample bills.stet --world forms --demonstrations 12000 --pairs 6000',
)
  .input(
    z.strictObject({
      project,
      ...sampleWorld,
      demonstrations: z
        .int()
        .positive()
        .default(600)
        .describe("Clerks' answers that a reference policy learns from."),
      pairs: z
        .int()
        .positive()
        .default(400)
        .describe('Preference pairs, each with an edit of its rejected response.'),
      seed: z.int().nonnegative().default(1).describe('Seed of the data.'),
    }),
  )
  .output(z.object({ project: z.string(), items: z.int(), edited: z.int() }))

/** A backup of a project's database. */
export const ProjectCopy = z.object({
  name: z.string(),
  madeAt: z.string(),
  /** What is wrong with it, to be put after its name; null if it is whole. */
  problem: z.string().nullable(),
  items: z.int().nonnegative(),
  annotations: z.int().nonnegative(),
})
export type ProjectCopy = z.infer<typeof ProjectCopy>

export const RecoveredTable = z.object({
  table: z.string(),
  /** Rows that the copy had. */
  inCopy: z.int().nonnegative(),
  /** Rows of the damaged file that the copy lacked or had in an older state. */
  salvaged: z.int().nonnegative(),
  /** Rows that were read but cannot be right. */
  refused: z.int().nonnegative(),
  /** False if a part of the table could not be read in the damaged file. */
  isWhole: z.boolean(),
})

export const Recovery = z.object({
  project: z.string(),
  /** Name of the copy that the project was rebuilt from; null if there was none. */
  copy: z.string().nullable(),
  /** Where the damaged database is kept; null if it was missing. */
  damaged: z.string().nullable(),
  /** What was wrong with the database, to be put after its name. */
  problem: z.string(),
  tables: z.array(RecoveredTable),
})
export type Recovery = z.infer<typeof Recovery>

const copy = z
  .string()
  .nullable()
  .default(null)
  .describe('Copy in the folder backups to build on; none takes the newest whole one.')
  .meta({ value: 'NAME' })

const recover = verb(
  'Recover a project whose database is damaged, from its newest copy and from all that can still be read.',
  'recover ferry.stet',
  'recover ferry.stet --copy lab-2026-01-31T09-30-00-000Z.db',
)
  .input(z.strictObject({ project, copy }))
  .output(Recovery)

export const projectVerbs = { init, sample, recover }

export const projects = {
  recent: procedure('List recently opened projects, newest first.')
    .input(z.strictObject({}))
    .output(z.array(ProjectCard)),
  open: procedure('Open a project and add it to the recent ones.')
    .input(z.strictObject({ project }))
    .output(ProjectOverview),
  create: procedure('Create a project in a new folder.')
    .input(z.strictObject({ name: z.string().trim().min(1), folder: z.string().nullable().default(null) }))
    .output(ProjectOverview),
  /** A small project of the sample world, to try every step on. */
  createSample: procedure('Create the sample project.')
    .input(z.strictObject(sampleWorld))
    .output(ProjectOverview),
  overview: procedure('Count what is in a project.')
    .input(z.strictObject({ project }))
    .output(ProjectOverview),
  rename: procedure('Rename a project; its folder keeps its name.')
    .input(z.strictObject({ project, name: z.string().trim().min(1) }))
    .output(ProjectOverview),
  size: procedure('Measure the space that a project takes, in bytes.')
    .input(z.strictObject({ project }))
    .output(z.object({ bytes: z.number().nonnegative() })),
  copies: procedure('List the backups of a project, whole or not, and what is wrong with its database.')
    .input(z.strictObject({ project }))
    .output(z.object({ problem: z.string().nullable(), copies: z.array(ProjectCopy) })),
  forget: procedure('Remove a project from the list of recent ones; its folder stays.')
    .input(z.strictObject({ project }))
    .output(z.array(ProjectCard)),
}
