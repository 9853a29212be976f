/** The model families that Stet can run, by name. Adding one takes its file and its line here. */
import type { Family } from './family.ts'
import { gptNeo } from './gpt-neo.ts'
import { gptNeox } from './gpt-neox.ts'
import { gpt2 } from './gpt2.ts'
import { granite } from './granite.ts'
import { llama } from './llama.ts'
import { phi3 } from './phi3.ts'

export const families = { llama, gpt2, phi3, granite, gptNeo, gptNeox } satisfies Record<string, Family>

export type FamilyName = keyof typeof families

export const familyNames = Object.keys(families) as FamilyName[]
