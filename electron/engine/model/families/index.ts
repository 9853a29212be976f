/** The model families that Stet can run, by name. Adding one takes its file and its line here. */
import type { Family } from './family.ts'
import { gpt2 } from './gpt2.ts'
import { llama } from './llama.ts'

export const families = { llama, gpt2 } satisfies Record<string, Family>

export type FamilyName = keyof typeof families

export const familyNames = Object.keys(families) as FamilyName[]
