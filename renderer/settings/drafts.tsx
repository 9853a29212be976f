/** The models that draft edits and judge: a server's, or one of the project. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { changeSettings, useSettings } from '../app/settings.ts'
import { Combobox } from '../ui/combobox.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Group } from './group.tsx'
import { ServerModel } from './server-check.tsx'

export function Drafts() {
  const project = useProject()
  const { server, draftModel } = useSettings()
  const { data: models } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  const language = (models ?? []).filter(({ kind }) => kind !== 'reward')
  return (
    <>
      <Group
        title="Server"
        help="An OpenAI-compatible server: Ollama, LM Studio, llama.cpp, vLLM. Its key, if it needs one, is STET_JUDGE_KEY in the environment of Stet."
      >
        <Field
          label="Server address"
          help="For drafts it must run on this machine; a judge may run anywhere."
        >
          <Input
            value={server}
            inputMode="url"
            onChange={({ target }) => changeSettings({ server: target.value })}
          />
        </Field>
        <ServerModel />
      </Group>
      <Group title="Drafts" help="A draft is offered in Annotate; you decide about each change.">
        <Field
          label="Draft with a project model instead"
          isOptional
          help="A language model of the project, a folder, or a GGUF file. Leave empty to draft with the server."
        >
          <Combobox
            isFree
            options={language.map(({ name }) => ({ value: name, text: name }))}
            value={draftModel}
            onChange={(name) => changeSettings({ draftModel: name.trim() })}
          />
        </Field>
      </Group>
    </>
  )
}
