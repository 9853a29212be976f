/** Shown when an item was edited here and in another window: both versions, and the choice between them. */
import { useMutation } from '@tanstack/react-query'
import { EditedElsewhere, type Place, unsavedId, useUnsaved } from '../app/unsaved.ts'
import { Banner } from '../ui/banner.tsx'
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
    <section aria-label="Two versions">
      <Banner
        kind="bad"
        title="This item was also edited in another window. Which version counts?"
        actions={
          <>
            <Button disabled={choose.isPending} onClick={() => choose.mutate(() => keepMine(place, theirs))}>
              Keep this window’s
            </Button>
            <Button
              disabled={choose.isPending}
              onClick={() => choose.mutate(() => takeTheirs(place, theirs))}
            >
              Take the other
            </Button>
          </>
        }
      >
        <p>Both are kept in its history. Marked: what the version in this window changes in the other.</p>
        <p className="read">
          <DiffText before={theirs.edited} after={unsaved.value.annotation.edited} />
        </p>
        <Problem error={choose.error} />
      </Banner>
    </section>
  )
}
