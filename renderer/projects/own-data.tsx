/** Files that start a project: dropped or chosen here, and imported in the new project's Data once they were looked at. */
import { useMutation } from '@tanstack/react-query'
import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import type { ProjectOverview } from '../../electron/contract/projects.ts'
import { host } from '../app/connection.ts'
import { offerFiles } from '../app/offered-files.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { Problem } from '../ui/problem.tsx'
import { useEnter } from './use-projects.ts'

/** Creates a project named after the first file and offers the files to its Data. */
export function useOwnData() {
  const enter = useEnter()
  return useMutation({
    mutationFn: async (files: File[]) => {
      const overview = await createNamed(files[0]!.name.replace(/\.[^.]*(\.gz)?$/, '') || 'project')
      offerFiles(overview.folder, files)
      return overview
    },
    onSuccess: enter,
  })
}

/** A number is added until the name is free. */
async function createNamed(name: string, tries = 1): Promise<ProjectOverview> {
  try {
    return await host.projects.create({ name: tries === 1 ? name : `${name} ${tries}`, folder: null })
  } catch (error) {
    const isTaken = (error as { code?: unknown }).code === 'conflict'
    if (!isTaken || tries >= maxTries) throw error
    return createNamed(name, tries + 1)
  }
}

const maxTries = 50

export function FileInput({
  input,
  onFiles,
}: {
  input: React.RefObject<HTMLInputElement | null>
  onFiles: (files: File[]) => void
}) {
  return (
    <input
      ref={input}
      type="file"
      multiple
      hidden
      aria-label="Files to start a project from"
      onChange={({ target }) => {
        const files = [...(target.files ?? [])]
        target.value = ''
        if (files.length > 0) onFiles(files)
      }}
    />
  )
}

export function FileButton() {
  const input = useRef<HTMLInputElement>(null)
  const start = useOwnData()
  return (
    <>
      <Button disabled={start.isPending} onClick={() => input.current?.click()}>
        Choose files…
      </Button>
      <FileInput input={input} onFiles={start.mutate} />
      <Problem error={start.error} />
    </>
  )
}

export function DropFiles({ children }: { children: ReactNode }) {
  const [isOver, setOver] = useState(false)
  const start = useOwnData()
  const over = (event: DragEvent) => {
    event.preventDefault()
    setOver(true)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same
    <section
      className={`drop-files ${isOver ? 'is-over' : ''}`}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        const files = [...event.dataTransfer.files]
        if (files.length > 0) start.mutate(files)
      }}
    >
      <Icon name="file" />
      <div className="grow">
        <p className="medium">Drop files here to start a project from them</p>
        <p className="second">
          JSONL, CSV or Parquet with a prompt and responses in each row. Stet shows what it found before
          importing anything.
        </p>
        <Problem error={start.error} />
      </div>
      {children}
    </section>
  )
}
