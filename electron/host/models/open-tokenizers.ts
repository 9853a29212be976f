/** Tokenizers of models, opened once: a large one takes a second to open, and the editor asks at each key. */
import { statSync } from 'node:fs'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import type { Project } from '../../storage/index.ts'
import { findModel, openTokenizerAt } from './project-models.ts'

/** That many stay open, those used last. */
const mostOpen = 4

export class OpenTokenizers {
  /** By file, and when it was changed. */
  readonly #open = new Map<string, Tokenizer>()

  /**
   * @param model of the project by its name, or a folder, or a GGUF file
   * @throws UserError that says what is wrong with it
   */
  of(project: Project, model: string): Tokenizer {
    const { path } = findModel(project, model)
    const key = `${path} ${statSync(path, { throwIfNoEntry: false })?.mtimeMs}`
    const tokenizer = this.#open.get(key) ?? openTokenizerAt(path)
    this.#open.delete(key)
    this.#open.set(key, tokenizer)
    if (this.#open.size > mostOpen) this.#open.delete(this.#open.keys().next().value!)
    return tokenizer
  }
}
