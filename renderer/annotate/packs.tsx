/** Work that leaves the machine and comes home: what is new is added, what differs is shown, nothing is lost. */
import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { pathOf } from '../app/upload.ts'
import { Button, Dialog, Problem } from '../ui/kit.tsx'

export function Packs() {
  const project = useProject()
  const chooser = useRef<HTMLInputElement>(null)
  const bring = useMutation({
    mutationFn: async (file: File) =>
      host.annotate.importPack({ project, file: await pathOf(file, () => {}) }),
    onSuccess: () => queries.invalidateQueries(),
  })
  return (
    <>
      <Button onClick={() => chooser.current?.click()}>Bring a pack home…</Button>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label="Pack to bring home"
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file) bring.mutate(file)
          target.value = ''
        }}
      />
      <Dialog open={bring.isSuccess || bring.isError} onClose={bring.reset} title="Pack">
        <Problem error={bring.error} />
        {bring.data && (
          <>
            <p>
              {bring.data.added} revisions were added; {bring.data.known} items were known.
            </p>
            {bring.data.conflicts.length > 0 && (
              <>
                <p>
                  {bring.data.conflicts.length} items were finished differently here and there. Both are kept:
                  the pack's under the name with “(pack)”. Compare them in Review.
                </p>
                <ul>
                  {bring.data.conflicts.slice(0, 20).map(({ id, annotator, there }) => (
                    <li key={`${id} ${annotator}`}>
                      {annotator}: {there.slice(0, 100)}
                    </li>
                  ))}
                </ul>
              </>
            )}
          </>
        )}
        <Button onClick={bring.reset}>Close</Button>
      </Dialog>
    </>
  )
}
