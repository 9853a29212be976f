/** The model families that Stet can run, by name. Adding one takes its file and its line here. */
import type { Family } from './family.ts'
import { gemma3 } from './gemma3.ts'
import { gptNeo } from './gpt-neo.ts'
import { gptNeox } from './gpt-neox.ts'
import { gpt2 } from './gpt2.ts'
import { granite } from './granite.ts'
import { llama } from './llama.ts'
import { mistral } from './mistral.ts'
import { olmo2 } from './olmo2.ts'
import { phi3 } from './phi3.ts'
import { qwen3 } from './qwen3.ts'
import { smollm3 } from './smollm3.ts'

export const families = {
  llama,
  gpt2,
  phi3,
  granite,
  gptNeo,
  gptNeox,
  qwen3,
  mistral,
  gemma3,
  smollm3,
  olmo2,
} satisfies Record<string, Family>

export type FamilyName = keyof typeof families

export const familyNames = Object.keys(families) as FamilyName[]
