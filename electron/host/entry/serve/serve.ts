/** Opens the browser's door and keeps it open until asked to stop; runs that are going pause with a checkpoint. */
import path from 'node:path'
import type { Host } from '../../router.ts'
import { builtPage } from './page-files.ts'
import { openDoor } from './server.ts'

export interface ServeHooks {
  onNote(sentence: string): void
  onOpen(url: string): void
  signal: AbortSignal
}

export async function serve(
  { lab, router, board }: Host,
  { project, port, host }: { project: string | null; port: number; host: string },
  { onNote, onOpen, signal }: ServeHooks,
): Promise<void> {
  if (project !== null) await lab.openProject(path.resolve(project))
  const pageFolder = await builtPage(onNote)
  const door = await openDoor({ pageFolder, router, port, host })
  const place = project === null ? '' : `#/p/${encodeURIComponent(path.resolve(project))}/data`
  onOpen(door.url + place)
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  await board.stopAll()
  await door.close()
}
