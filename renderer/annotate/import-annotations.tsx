/** Imports annotations made in another project: new ones are added, conflicts are shown, nothing is lost. */
import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { pathOf } from '../app/upload.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Problem } from '../ui/problem.tsx'

type Imported = Awaited<ReturnType<typeof host.annotate.importAnnotations>>

/** @returns what opens the chooser of files, and what must be on the screen */
export function useImportAnnotations() {
  const project = useProject()
  const chooser = useRef<HTMLInputElement>(null)
  const imported = useMutation({
    mutationFn: async (file: File) =>
      host.annotate.importAnnotations({ project, file: await pathOf(file, () => {}) }),
    onSuccess: () => queries.invalidateQueries(),
  })
  const { isSuccess, isError, error, data, reset } = imported
  const element = (
    <>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label="Annotation file"
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file) imported.mutate(file)
          target.value = ''
        }}
      />
      <Dialog open={isSuccess || isError} onClose={reset} title="Import annotations">
        <Problem error={error} />
        {data && <Summary imported={data} />}
        <Button onClick={reset}>Close</Button>
      </Dialog>
    </>
  )
  return { element, choose: () => chooser.current?.click() }
}

const maxShown = 20

function Summary({ imported: { added, duplicates, conflicts } }: { imported: Imported }) {
  return (
    <>
      <p>
        {added} revisions added; {duplicates} items already in the project.
      </p>
      {conflicts.length > 0 && (
        <>
          <p>
            {conflicts.length} items were finished differently in the file and in this project. Both versions
            are kept: the file's under the annotator's name with “(pack)”. Compare them in Review.
          </p>
          <ul>
            {conflicts.slice(0, maxShown).map(({ id, annotator, there }) => (
              <li key={`${id} ${annotator}`}>
                {annotator}: {there.slice(0, 100)}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
