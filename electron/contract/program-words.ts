/** What people call the programs that a run compiles. */
import type { StartStage } from './events.ts'

/** By the name of the compiled function. */
const programWords: Readonly<Record<string, string>> = {
  prefill: 'reading prompts',
  decode: 'sampling tokens',
  reward_scalars: 'reward model',
  reward_pooled: 'reward model',
  reward_likelihood: 'likelihood as reward',
  ppo_reference_score: 'reference policy',
  ppo_value_score: 'value model',
  ppo_step: 'policy step',
  ppo_gradients: 'policy gradients',
  ppo_apply: 'policy update',
  dpo_reference: 'reference policy',
  dpo_step: 'policy step',
  sft_score: 'held-out loss',
  sft_step: 'training step',
}

/** Of programs whose names begin with the scheme or the method. */
const endings = [
  ['_step', 'training step'],
  ['_gradients', 'gradients'],
  ['_apply', 'update'],
] as const

/** A program that has no words is called by its name. */
export function wordsOfProgram(program: string): string {
  const ending = endings.find(([end]) => program.endsWith(end))
  return programWords[program] ?? ending?.[1] ?? program.replaceAll('_', ' ')
}

/** `compiling 2 of 5: policy step` */
export function wordsOfStage(at: StartStage): string {
  switch (at.stage) {
    case 'opening':
      return 'opening the models'
    case 'compiling': {
      const count = at.of === null ? `program ${at.number}` : `${at.number} of ${at.of}`
      return `compiling ${count}: ${wordsOfProgram(at.program)}`
    }
    case 'computing': {
      const of = at.of === null ? '' : ` of ${at.of}`
      return at.compiled === 0 ? 'first step' : `first step, ${at.compiled}${of} programs compiled`
    }
  }
}
