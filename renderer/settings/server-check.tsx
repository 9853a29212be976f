/** The server's model for drafts and judging: a list of its models, and whether the chosen one answers. */
import { useMutation } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { changeSettings, useSettings } from '../app/settings.ts'
import { Button } from '../ui/button.tsx'
import { Combobox } from '../ui/combobox.tsx'
import { Field } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'

export function ServerModel() {
  const { server, serverModel } = useSettings()
  const list = useMutation({ mutationFn: () => host.verbs['check-server']({ server }) })
  const test = useMutation({
    mutationFn: () => host.verbs['check-server']({ server, model: serverModel }),
  })
  const models = list.data?.models ?? test.data?.models ?? []
  return (
    <>
      <Field label="Server model" help="As the server names it.">
        <Combobox
          isFree
          options={models.map((name) => ({ value: name, text: name }))}
          value={serverModel}
          onChange={(next) => changeSettings({ serverModel: next })}
        />
      </Field>
      <div className="set-wide col">
        <div className="row wrap">
          <Button icon="list" disabled={list.isPending} onClick={() => list.mutate()}>
            {list.isPending ? 'Asking…' : 'List models'}
          </Button>
          <Button icon="send" disabled={test.isPending || serverModel === ''} onClick={() => test.mutate()}>
            {test.isPending ? 'Asking…' : 'Test'}
          </Button>
        </div>
        <Problem error={list.error} />
        {list.data && <p role="status">Models: {models.join(', ') || 'none'}</p>}
        <Problem error={test.error} />
        {test.data?.reply && (
          <p role="status">
            {serverModel} replied in {test.data.reply.seconds.toFixed(1)} s: {test.data.reply.text}
          </p>
        )}
      </div>
    </>
  )
}
