/** Exports items and annotations to a file of the user's choice. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ExportFormat } from '../../electron/contract/data.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'
import { itemCount } from './removal.ts'

interface Format {
  help: string
  /** Whether the rows have fixed columns, as Parquet needs them. */
  hasColumns: boolean
  needsTokenizer: boolean
}

const withColumns = { hasColumns: true, needsTokenizer: false }

const formats: Record<ExportFormat, Format> = {
  stet: {
    help: 'Everything: items with all revisions, to import into another project.',
    hasColumns: false,
    needsTokenizer: false,
  },
  trl: { help: 'Preferences for TRL: prompt, chosen, rejected.', ...withColumns },
  sft: { help: 'Demonstrations as dialogues: messages, for TRL, OpenAI or LLaMA-Factory.', ...withColumns },
  'prompt-completion': { help: 'Demonstrations for TRL: prompt, completion.', ...withColumns },
  kto: { help: 'Answers with a verdict, for KTO: prompt, completion, label.', ...withColumns },
  stepwise: {
    help: 'Answers in steps, right or wrong, for a process reward model: prompt, completions, labels.',
    ...withColumns,
  },
  words: {
    help: 'Words of both texts of each edit, with labels: 0 kept, 1 deleted or replaced, 2 inserted.',
    ...withColumns,
  },
  'token-ids': {
    help: "The same labels on a model's tokens after the prompt, ready to train on: input_ids, labels.",
    hasColumns: true,
    needsTokenizer: true,
  },
  tokens: {
    help: "A model's tokens of both texts with labels −1, 0 and 1, and their characters.",
    hasColumns: false,
    needsTokenizer: true,
  },
}
const names = Object.keys(formats) as ExportFormat[]

const kinds = ['jsonl', 'parquet'] as const
type Kind = (typeof kinds)[number]

/** What the user has chosen. */
interface Choice {
  format: ExportFormat
  kind: Kind
  tokenizer: string | null
  out: string
  /** Whether an existing file may be replaced. */
  force: boolean
}

export function ExportDialog({
  open,
  items,
  onClose,
}: {
  open: boolean
  /** Ids of the items to export; all if empty. */
  items: readonly string[]
  onClose: () => void
}) {
  const project = useProject()
  const [choice, setChoice] = useState<Choice>({
    format: 'stet',
    kind: 'jsonl',
    tokenizer: null,
    out: '',
    force: false,
  })
  const [workId, setWorkId] = useState<string | null>(null)
  const { format, tokenizer } = choice
  const { hasColumns, needsTokenizer } = formats[format]
  const path = defaultPath(project, format, hasColumns ? choice.kind : 'jsonl')
  const start = useMutation({
    mutationFn: () =>
      host.work.start({
        verb: 'export',
        input: {
          project,
          format,
          items: [...items],
          tokenizer: needsTokenizer ? tokenizer : null,
          out: choice.out || path,
          force: choice.force,
        },
      }),
    onSuccess: ({ id }) => setWorkId(id),
  })
  const work = useWork().find(({ id }) => id === workId)
  const result = work?.result as { file: string; rows: number } | null | undefined
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={items.length === 0 ? 'Export' : `Export ${itemCount(items.length)}`}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          start.mutate()
        }}
      >
        <FormatFields choice={choice} onChange={(change) => setChoice({ ...choice, ...change })} />
        <Field label="File" help="A path on the machine that runs Stet.">
          <input
            value={choice.out}
            placeholder={path}
            onChange={({ target }) => setChoice({ ...choice, out: target.value })}
          />
        </Field>
        <Checkbox
          label="Replace the file if it exists"
          isChecked={choice.force}
          onChange={(force) => setChoice({ ...choice, force })}
        />
        <Problem error={start.error ?? work?.error} />
        {result && (
          <p role="status">
            Wrote {result.rows} rows to <span className="code">{result.file}</span>.
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Close</Button>
          <Button
            type="submit"
            kind="primary"
            disabled={start.isPending || (needsTokenizer && tokenizer === null)}
          >
            Export
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

/** The format, and what it needs: a kind of file if there are two, a tokenizer. */
function FormatFields({ choice, onChange }: { choice: Choice; onChange: (change: Partial<Choice>) => void }) {
  const { help, hasColumns, needsTokenizer } = formats[choice.format]
  return (
    <>
      <Field label="Format" help={help}>
        <select
          value={choice.format}
          onChange={({ target }) => onChange({ format: names.find((name) => name === target.value) })}
        >
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </Field>
      {hasColumns && (
        <Field label="Kind of file" help="If you name the file, its extension decides.">
          <select
            value={choice.kind}
            onChange={({ target }) => onChange({ kind: kinds.find((kind) => kind === target.value) })}
          >
            {kinds.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        </Field>
      )}
      {needsTokenizer && <TokenizerField tokenizer={choice.tokenizer} onChange={onChange} />}
    </>
  )
}

function TokenizerField({
  tokenizer,
  onChange,
}: {
  tokenizer: string | null
  onChange: (change: { tokenizer: string | null }) => void
}) {
  const project = useProject()
  const { data: models = [] } = useQuery({
    queryKey: ['models', project],
    queryFn: () => host.models.list({ project }),
  })
  return (
    <Field label="Tokens of" help={models.length === 0 ? 'This project has no model yet.' : undefined}>
      <select
        value={tokenizer ?? ''}
        onChange={({ target }) => onChange({ tokenizer: target.value || null })}
      >
        <option value="">choose a model</option>
        {models.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </Field>
  )
}

function defaultPath(project: string, format: ExportFormat, kind: Kind): string {
  return `${project}/exports/${format}.${kind}`
}
