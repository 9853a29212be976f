/** Gallery: buttons and what opens from them. */
import { useState } from 'react'
import { Button, type ButtonKind, IconButton } from '../ui/button.tsx'
import { Confirm, Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Menu } from '../ui/menu.tsx'
import { Popover } from '../ui/popover.tsx'
import { showToast } from '../ui/toast.tsx'
import { type SectionContent, Shown } from './section.tsx'

const kinds: [kind: ButtonKind, text: string][] = [
  ['primary', 'Save and next'],
  ['secondary', 'Export…'],
  ['quiet', 'Skip'],
  ['danger', 'Remove'],
]

function Buttons() {
  return kinds.map(([kind, text]) => (
    <div key={kind} className="gallery-line">
      <Shown as={kind}>
        <Button kind={kind}>{text}</Button>
      </Shown>
      <Shown as="with icon and keys">
        <Button kind={kind} icon={kind === 'danger' ? 'remove' : 'check'} keys="Ctrl+Enter">
          {text}
        </Button>
      </Shown>
      <Shown as="on">
        <Button kind={kind} isPressed>
          {text}
        </Button>
      </Shown>
      <Shown as="disabled">
        <Button kind={kind} disabled>
          {text}
        </Button>
      </Shown>
      <Shown as="small">
        <Button kind={kind} isSmall icon="undo">
          {text}
        </Button>
      </Shown>
    </div>
  ))
}

function IconButtons() {
  return (
    <div className="gallery-line">
      <Shown as="rest">
        <IconButton icon="undo" label="Put back" keys="Alt+z" />
      </Shown>
      <Shown as="on">
        <IconButton icon="leftPane" label="Hide the queue" isPressed />
      </Shown>
      <Shown as="disabled">
        <IconButton icon="more" label="More" disabled />
      </Shown>
      <Shown as="small">
        <IconButton icon="close" label="Dismiss" isSmall />
      </Shown>
    </div>
  )
}

const nothing = () => {}

function Menus() {
  const [isOn, setOn] = useState(true)
  return (
    <div className="gallery-line">
      <Menu
        trigger={<Button icon="more">Run actions</Button>}
        entries={[
          { text: 'Branch…', icon: 'branch', keys: 'b', run: nothing },
          { text: 'New run like this', icon: 'add', run: nothing },
          { text: 'Export…', icon: 'export', isDisabled: true, run: nothing },
          'line',
          { group: 'Show', actions: [{ text: 'Smoothed', isChecked: isOn, run: () => setOn(!isOn) }] },
          'line',
          { text: 'Remove…', icon: 'remove', isDanger: true, run: nothing },
        ]}
      />
      <Popover trigger={<Button icon="info">About step 32</Button>} title="Step 32">
        <p>Win rate 61.4%, 56.1 to 66.5</p>
      </Popover>
    </div>
  )
}

function Dialogs() {
  const [open, setOpen] = useState<'dialog' | 'confirm' | null>(null)
  const close = () => setOpen(null)
  return (
    <div className="gallery-line">
      <Button onClick={() => setOpen('dialog')}>Rename…</Button>
      <Button kind="danger" onClick={() => setOpen('confirm')}>
        Remove 3 runs…
      </Button>
      <Dialog open={open === 'dialog'} onClose={close} title="Rename the run">
        <Field label="Name" help="Models made from it keep theirs.">
          <Input defaultValue="Token reward, seed 3" />
        </Field>
        <DialogActions>
          <Button onClick={close}>Keep the name</Button>
          <Button kind="primary" onClick={close}>
            Rename
          </Button>
        </DialogActions>
      </Dialog>
      <Confirm
        open={open === 'confirm'}
        onClose={close}
        onConfirm={nothing}
        title="Remove 3 runs?"
        sentence="Their checkpoints, samples and curves go as well: 4.8 GB. Models made from them stay."
        action="Remove 3 runs"
        keep="Keep them"
      />
    </div>
  )
}

function ToastButtons() {
  const undo = { text: 'Undo', keys: 'Alt+u', run: () => showToast('Taken back') }
  return (
    <div className="gallery-line">
      <Button onClick={() => showToast('Copied as Markdown')}>A note</Button>
      <Button onClick={() => showToast('Marked as done', { action: undo })}>With an action</Button>
    </div>
  )
}

export const actionSections: SectionContent[] = [
  { title: 'Buttons', about: 'One primary on a screen. Labels are verbs.', Content: Buttons },
  { title: 'Icon buttons', about: 'Only where common or repeated in rows.', Content: IconButtons },
  { title: 'Menu and popover', about: 'Only what floats has a shadow.', Content: Menus },
  { title: 'Dialogs', about: 'Both buttons say what happens.', Content: Dialogs },
  { title: 'Toasts', about: 'What was just done; with an action it stays.', Content: ToastButtons },
]
