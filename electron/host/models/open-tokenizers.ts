/** Tokenizers of models, kept open: opening a large one takes a second, and the editor uses it at every key. */
import { statSync } from 'node:fs'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import type { Project } from '../../storage/index.ts'
import { findModel, openTokenizerAt } from './project-models.ts'

/** The least recently used are dropped. */
const maxOpen = 4

export class OpenTokenizers {
  /** By path and time of the last change. */
  readonly #open = new Map<string, Tokenizer>()

  /**
   * @param model the name of a model of the project, a folder, or a GGUF file
   * @throws UserError that says what is wrong with it
   */
  of(project: Project, model: string): Tokenizer {
    const { path } = findModel(project, model)
    const key = `${path} ${statSync(path, { throwIfNoEntry: false })?.mtimeMs}`
    const tokenizer = this.#open.get(key) ?? openTokenizerAt(path)
    this.#open.delete(key)
    this.#open.set(key, tokenizer)
    if (this.#open.size > maxOpen) this.#open.delete(this.#open.keys().next().value!)
    return tokenizer
  }
}
