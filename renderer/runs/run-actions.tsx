/** What can be done with a run, in the bar of its page. */
import type { RunRecord } from '../../electron/contract/run-record.ts'
import { usePlace } from '../app/navigation.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Menu, type MenuEntry } from '../ui/menu.tsx'
import type { Control } from './use-control.ts'

/** The dialogs that a run's page opens. */
export type PageDialog = 'branch' | 'export' | 'edit' | 'remove'

export function RunActions({
  record,
  control,
  onOpen,
}: {
  record: RunRecord
  control: Control
  onOpen: (dialog: PageDialog) => void
}) {
  const [, change] = usePlace()
  const entries: MenuEntry[] = [
    { text: 'Name, note and tags…', icon: 'rename', keys: 'r', run: () => onOpen('edit') },
    { text: 'Export the curves…', icon: 'export', keys: 'e', run: () => onOpen('export') },
    {
      text: 'New run like this…',
      icon: 'copy',
      run: () => change({ run: undefined, tab: undefined, new: record.kind, like: record.id }),
    },
    'line',
    { text: 'Stop', icon: 'stopped', isDisabled: !control.canStop, run: control.stop },
    {
      text: 'Remove…',
      icon: 'remove',
      isDanger: true,
      isDisabled: control.canPause,
      run: () => onOpen('remove'),
    },
  ]
  return (
    <>
      <Button kind="quiet" icon="branch" keys="b" className="hide-tiny" onClick={() => onOpen('branch')}>
        Branch
      </Button>
      {control.canPause && (
        <Button icon="paused" keys=" " onClick={control.pause} disabled={control.isPausing}>
          {control.isPausing ? 'Saving a checkpoint…' : 'Pause'}
        </Button>
      )}
      {control.canResume && (
        <Button kind="primary" icon="running" keys=" " disabled={control.isResuming} onClick={control.resume}>
          Resume
        </Button>
      )}
      <Menu
        align="end"
        trigger={<IconButton icon="more" label="More: stop, export, remove" />}
        entries={entries}
      />
    </>
  )
}
