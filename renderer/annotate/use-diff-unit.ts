/** The unit of the editor's diff: words, or the tokens of a model of the project. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { changeSettings, useSettings } from '../app/settings.ts'

export interface DiffUnit {
  /** Name of the model whose tokens are the unit; null for words. */
  tokenizer: string | null
  models: string[]
  /** @param name of a model; null for words */
  choose(name: string | null): void
  toggle(): void
}

export function useDiffUnit(): DiffUnit {
  const project = useProject()
  const { diffIn, diffTokenizer } = useSettings()
  const { data } = useQuery({ queryKey: ['models', project], queryFn: () => host.models.list({ project }) })
  const models = data?.map(({ name }) => name) ?? []
  const [newest] = models
  const model = models.includes(diffTokenizer) ? diffTokenizer : newest
  const tokenizer = diffIn === 'tokens' ? (model ?? null) : null
  return {
    tokenizer,
    models,
    choose(name) {
      changeSettings(name === null ? { diffIn: 'words' } : { diffIn: 'tokens', diffTokenizer: name })
    },
    toggle() {
      if (model !== undefined) changeSettings({ diffIn: tokenizer === null ? 'tokens' : 'words' })
    },
  }
}
