/** Shown when an item was edited here and in another window: both versions, and the choice between them. */
import { useMutation } from '@tanstack/react-query'
import { EditedElsewhere, type Place, unsavedId, useUnsaved } from '../app/unsaved.ts'
import { Button } from '../ui/button.tsx'
import { DiffText } from '../ui/diff-text.tsx'
import { Problem } from '../ui/problem.tsx'
import { keepMine, takeTheirs } from './session.ts'

export function TwoVersions({ place }: { place: Place }) {
  const id = unsavedId('edit', place)
  const unsaved = useUnsaved().find((each) => each.id === id)
  const choose = useMutation({
    mutationFn: (choice: () => Promise<void>) => choice(),
  })
  if (!(unsaved?.problem instanceof EditedElsewhere) || unsaved.value.kind !== 'edit') return null
  const { theirs } = unsaved.problem
  return (
    <section className="problem box" role="alert" aria-label="Two versions">
      <p>
        This item was also edited in another window. Both versions are kept in its history; which one counts?
        Marked: what the version in this window changes in the other.
      </p>
      <p>
        <DiffText before={theirs.edited} after={unsaved.value.annotation.edited} />
      </p>
      <div className="row">
        <Button disabled={choose.isPending} onClick={() => choose.mutate(() => keepMine(place, theirs))}>
          Keep this window’s
        </Button>
        <Button disabled={choose.isPending} onClick={() => choose.mutate(() => takeTheirs(place, theirs))}>
          Take the other
        </Button>
      </div>
      <Problem error={choose.error} />
    </section>
  )
}
