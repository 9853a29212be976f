/** What the editor's diff is in: words, or the tokens of a model of the project. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { changeSettings, useSettings } from '../app/settings.ts'

export function useCut() {
  const project = useProject()
  const { diffIn, diffTokenizer } = useSettings()
  const { data } = useQuery({ queryKey: ['models', project], queryFn: () => host.models.list({ project }) })
  const models = data?.map(({ name }) => name) ?? []
  const [newest] = models
  const model = models.includes(diffTokenizer) ? diffTokenizer : newest
  const tokenizer = diffIn === 'tokens' ? (model ?? null) : null
  return {
    /** The model's name; null for words. */
    tokenizer,
    models,
    choose(name: string | null): void {
      changeSettings(name === null ? { diffIn: 'words' } : { diffIn: 'tokens', diffTokenizer: name })
    },
    toggle(): void {
      if (model !== undefined) changeSettings({ diffIn: tokenizer === null ? 'tokens' : 'words' })
    },
  }
}
