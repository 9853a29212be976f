/** Tokenizers of models, kept open: opening a large one takes a second, and the editor uses it at every key. */
import { statSync } from 'node:fs'
import type { Project } from '../../storage/index.ts'
import { LimitedTokenizer } from './limited-tokenizer.ts'
import { findModel } from './project-models.ts'

/** The least recently used are closed. */
const maxOpen = 4

export class OpenTokenizers {
  /** By path and time of the last change. */
  readonly #open = new Map<string, LimitedTokenizer>()

  /**
   * @param model the name of a model of the project, a folder, or a GGUF file
   * @throws UserError if there is none; what is wrong with its tokenizer is said at the first call
   */
  of(project: Project, model: string): LimitedTokenizer {
    const { path } = findModel(project, model)
    const key = `${path} ${statSync(path, { throwIfNoEntry: false })?.mtimeMs}`
    const tokenizer = this.#open.get(key) ?? new LimitedTokenizer(path)
    this.#open.delete(key)
    this.#open.set(key, tokenizer)
    const [oldest] = this.#open
    if (this.#open.size > maxOpen && oldest) {
      this.#open.delete(oldest[0])
      oldest[1].close()
    }
    return tokenizer
  }
}
