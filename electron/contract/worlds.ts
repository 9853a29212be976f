/** The sample worlds and how their data are made: what a user chooses when creating sample data. */
import { z } from 'zod'

export const worldNames = ['ferry', 'forms'] as const
export type WorldName = (typeof worldNames)[number]

export const editorMixNames = ['people', 'perfect'] as const
export type EditorMix = (typeof editorMixNames)[number]

export const sampleWorld = {
  world: z
    .enum(worldNames)
    .default('ferry')
    .describe(
      'Sample world: ferry (questions about a notice board, answered in sentences) or forms (bills with arithmetic).',
    ),
  editors: z
    .enum(editorMixNames)
    .default('people')
    .describe(
      'Who edits: people (half careful, three in ten hasty, two in ten with a taste for rewording), who miss flaws and change what was fine, or one perfect editor.',
    ),
}
