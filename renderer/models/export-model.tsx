/** Exports a model for other programs: the form of its files, how numbers are stored, and where they go. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type ExportNumbers,
  exportNumbers,
  type ModelFormat,
  type ModelRecord,
} from '../../electron/contract/models.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'
import { Radios } from '../ui/radios.tsx'
import { Segmented } from '../ui/segmented.tsx'

const formats: Record<ModelFormat, { title: string; help: string }> = {
  safetensors: {
    title: 'Hugging Face folder',
    help: 'For transformers, TRL and vLLM: safetensors, config.json, tokenizer and a model card. A reward model becomes a classifier with one label.',
  },
  gguf: { title: 'GGUF', help: 'For llama.cpp and the programs that use it. Language models only.' },
  adapter: {
    title: 'Adapters',
    help: 'For PEFT: the adapters of a run with a LoRA rank, with the path of their base.',
  },
  copy: { title: 'Copy of its files', help: 'The files as they are.' },
}

const numbersText: Record<ExportNumbers, string> = {
  F32: '32 bits',
  BF16: 'BF16',
  F16: 'F16',
  Q8_0: '8 bits (Q8_0)',
}

export function ExportModel({ model, onClose }: { model: ModelRecord; onClose: () => void }) {
  const project = useProject()
  const [format, setFormat] = useState<ModelFormat>('safetensors')
  const [chosen, setNumbers] = useState<ExportNumbers | null>(null)
  const possible: readonly ExportNumbers[] = exportNumbers[format]
  const numbers = chosen !== null && possible.includes(chosen) ? chosen : (possible[0] ?? null)
  const [typed, setOut] = useState<string | null>(null)
  const out = typed ?? `${project}/exports/${model.name}${format === 'gguf' ? '.gguf' : ''}`
  const exporting = useMutation({
    mutationFn: () => host.verbs['export-model']({ project, model: model.name, format, out, numbers }),
  })
  return (
    <Dialog open onClose={onClose} title={`Export ${model.name}`}>
      <form
        className="col"
        onSubmit={(event) => {
          event.preventDefault()
          exporting.mutate()
        }}
      >
        <Field label="Format">
          <Radios options={formatOptions} value={format} onChange={setFormat} />
        </Field>
        {numbers !== null && (
          <Field
            label="Numbers"
            help={`BF16 and F16 take half the space of 32 bits${possible.includes('Q8_0') ? ', 8 bits a quarter' : ''}; values are rounded.`}
          >
            <Segmented
              label="Numbers"
              segments={possible.map((value) => ({ value, text: numbersText[value] }))}
              value={numbers}
              onChange={setNumbers}
            />
          </Field>
        )}
        <Field label={format === 'gguf' ? 'New file' : 'New folder'} help="On the machine that runs Stet.">
          <Input required value={out} onChange={({ target }) => setOut(target.value)} />
        </Field>
        <Problem error={exporting.error} />
        {exporting.data && (
          <p role="status">
            Wrote {exporting.data.files.join(', ')} to <span className="code">{exporting.data.folder}</span>.{' '}
            {exporting.data.notes.join(' ')}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" kind="primary" disabled={exporting.isPending}>
            {exporting.isPending ? 'Writing…' : 'Export'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

const formatOptions = (Object.keys(formats) as ModelFormat[]).map((value) => ({
  value,
  text: formats[value].title,
  help: formats[value].help,
}))
