/** The keys that work here and now, the view's own first. */
import { Dialog } from '../ui/dialog.tsx'
import { KeyRows } from './key-rows.tsx'
import { boundKeys } from './keys.ts'

export function KeysDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keys" wide>
      <div className="key-groups">{open && <KeyGroups />}</div>
    </Dialog>
  )
}

function KeyGroups() {
  return boundKeys()
    .map(({ title, bindings }) => ({ title, bindings: bindings.filter(({ keys }) => keys !== '') }))
    .filter(({ bindings }) => bindings.length > 0)
    .map(({ title, bindings }) => (
      <section key={title}>
        <h3 className="label">{title}</h3>
        <KeyRows bindings={bindings} />
      </section>
    ))
}
