/** The kinds that changes of the project are sorted by, in the order of their keys. */
import { useMutation } from '@tanstack/react-query'
import { type KeyboardEvent, useState } from 'react'
import { maxChangeKinds } from '../../electron/contract/annotate.ts'
import { useProject } from '../app/navigation.ts'
import { problemOfKinds, saveKinds, useGuidelines } from '../app/use-guidelines.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Keys } from '../ui/keys.tsx'
import { Problem } from '../ui/problem.tsx'
import { Group } from './group.tsx'

export function Kinds() {
  const { data, error } = useGuidelines()
  return (
    <Group
      title="Kinds of changes"
      help="What you sort changes by in Annotate, by one key each. They apply to everyone who works on this project. Changes that already have a kind keep it."
    >
      <Problem error={error} />
      {data && <KindList kinds={data.kinds} />}
    </Group>
  )
}

function KindList({ kinds }: { kinds: readonly string[] }) {
  const project = useProject()
  const [added, setAdded] = useState('')
  const saving = useMutation({ mutationFn: (next: string[]) => saveKinds(project, next) })
  const name = added.trim()
  const problem = name === '' ? undefined : problemOfKinds([...kinds, name])
  const add = () => {
    if (name === '' || problem !== undefined) return
    saving.mutate([...kinds, name])
    setAdded('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') add()
  }
  return (
    <>
      {kinds.length > 0 && (
        <ol className="set-kinds" aria-label="Kinds of changes">
          {kinds.map((kind, i) => (
            <Kind
              key={kind}
              kinds={kinds}
              at={i}
              isBusy={saving.isPending}
              onChange={(next) => saving.mutate(next)}
            />
          ))}
        </ol>
      )}
      <Field
        label="New kind"
        error={problem}
        help={kinds.length === 0 ? 'Such as Fact, Tone or Length.' : undefined}
      >
        <div className="row">
          <Input
            aria-label="New kind"
            value={added}
            onChange={({ target }) => setAdded(target.value)}
            onKeyDown={onKeyDown}
          />
          <Button disabled={name === '' || problem !== undefined || saving.isPending} onClick={add}>
            Add
          </Button>
        </div>
      </Field>
      <Problem error={saving.error} />
      {kinds.length === maxChangeKinds && (
        <p className="help">All {maxChangeKinds} keys are in use: remove a kind to add another.</p>
      )}
    </>
  )
}

function Kind({
  kinds,
  at,
  isBusy,
  onChange,
}: {
  kinds: readonly string[]
  at: number
  isBusy: boolean
  onChange: (kinds: string[]) => void
}) {
  const kind = kinds[at]!
  const [text, setText] = useState(kind)
  const renamed = kinds.map((each, i) => (i === at ? text.trim() : each))
  const problem = text.trim() === '' ? 'A kind needs a name.' : problemOfKinds(renamed)
  const rename = () => {
    if (text.trim() === kind) return
    if (problem === undefined) onChange(renamed)
    else setText(kind)
  }
  const swap = (by: 1 | -1) => {
    const other = kinds[at + by]!
    onChange(kinds.map((each, i) => (i === at ? other : i === at + by ? kind : each)))
  }
  return (
    <li className="row">
      <Keys keys={String(at + 1)} />
      <Input
        aria-label={`Name of ${kind}`}
        value={text}
        aria-invalid={problem !== undefined}
        onChange={({ target }) => setText(target.value)}
        onBlur={rename}
        onKeyDown={({ key }) => key === 'Enter' && rename()}
      />
      <IconButton
        icon="up"
        label={`Move ${kind} up`}
        isSmall
        disabled={isBusy || at === 0}
        onClick={() => swap(-1)}
      />
      <IconButton
        icon="down"
        label={`Move ${kind} down`}
        isSmall
        disabled={isBusy || at === kinds.length - 1}
        onClick={() => swap(1)}
      />
      <IconButton
        icon="remove"
        label={`Remove ${kind}`}
        isSmall
        disabled={isBusy}
        onClick={() => onChange(kinds.filter((each) => each !== kind))}
      />
    </li>
  )
}
