/** Which part of a tokenizer is in use, so that a watcher can name one that never ends. It costs one store per text. */

const stages = ['definition', 'chat_template', 'normalizer', 'pre_tokenizer', 'model', 'decoder'] as const
export type TokenizerStage = (typeof stages)[number]

/** The number of the stage that this process is in. */
export const stageMemory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
const current = new Int32Array(stageMemory)

export function enterStage(stage: TokenizerStage): void {
  current[0] = stages.indexOf(stage)
}

/** The stage of this process, or that with a number. */
export function stageOf(number = current[0]!): TokenizerStage {
  return stages[number] ?? 'definition'
}
