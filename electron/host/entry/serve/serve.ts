/** Runs the web server until a signal stops it; active training runs then pause with a checkpoint. */
import path from 'node:path'
import type { Host } from '../../router.ts'
import { settingsFolder } from '../../settings-folder.ts'
import { builtRenderer } from './built-renderer.ts'
import { startServer } from './server.ts'
import { sessionSecret } from './session-secret.ts'

export interface ServeHooks {
  onNote(sentence: string): void
  /** Called once the server accepts requests. */
  onOpen(url: string): void
  /** Stops the server. */
  signal: AbortSignal
}

export async function serve(
  { lab, router, board }: Host,
  { project, port, host }: { project: string | null; port: number; host: string },
  { onNote, onOpen, signal }: ServeHooks,
): Promise<void> {
  if (project !== null) await lab.openProject(path.resolve(project))
  const folder = await builtRenderer(onNote)
  const server = await startServer({ folder, router, port, host, secret: sessionSecret(settingsFolder()) })
  const place = project === null ? '' : `#/p/${encodeURIComponent(path.resolve(project))}/data`
  onOpen(server.url + place)
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  await board.stopAll()
  await server.close()
}
