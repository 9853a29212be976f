/** Edits the guidelines, with a preview of their Markdown, and the kinds of changes. Earlier versions stay stored. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { type Guidelines, maxChangeKinds } from '../../electron/contract/annotate.ts'
import { useProject } from '../app/navigation.ts'
import { problemOfKinds, saveGuidelines } from '../app/use-guidelines.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field, Input, TextArea } from '../ui/field.tsx'
import { InertMarkdown } from '../ui/inert-markdown.tsx'
import { Problem } from '../ui/problem.tsx'

export function EditGuidelines({ guidelines, onClose }: { guidelines: Guidelines; onClose: () => void }) {
  const project = useProject()
  const [text, setText] = useState(guidelines.text)
  const [kindsText, setKindsText] = useState(guidelines.kinds.join(', '))
  const kinds = kindsOf(kindsText)
  const error = problemOfKinds(kinds)
  const saving = useMutation({
    mutationFn: () => saveGuidelines(project, { text: text.trim(), kinds }),
    onSuccess: onClose,
  })
  return (
    <Dialog open onClose={onClose} title="Edit the guidelines" wide>
      <div className="an-edit-guidelines">
        <Field label="Guidelines" help="Markdown: # heading, - list, **strong**.">
          <TextArea rows={12} value={text} onChange={({ target }) => setText(target.value)} />
        </Field>
        <section aria-label="Preview" className="an-preview">
          <span className="label">Preview</span>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
          <div className="scroll" tabIndex={0}>
            {text.trim() === '' ? <p className="quiet">Nothing yet.</p> : <InertMarkdown text={text} />}
          </div>
        </section>
      </div>
      <Field
        label="Kinds of changes"
        isOptional
        error={error}
        help={`Up to ${maxChangeKinds}, separated by commas, in the order of their keys. Changes that already have a kind keep it.`}
      >
        <Input
          value={kindsText}
          placeholder="Fact, Tone, Length"
          onChange={({ target }) => setKindsText(target.value)}
        />
      </Field>
      <Problem error={saving.error} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind="primary"
          disabled={error !== undefined || saving.isPending}
          onClick={() => saving.mutate()}
        >
          Save the guidelines
        </Button>
      </DialogActions>
    </Dialog>
  )
}

function kindsOf(text: string): string[] {
  return text
    .split(',')
    .map((kind) => kind.trim())
    .filter((kind) => kind !== '')
}
