/**
 * What the processes of the desktop app say to each other besides calling procedures. Each receiver checks what it
 * gets; the preload, which only passes messages on, uses the types alone.
 */
import { z } from 'zod'
import { channels } from './shell-channels.ts'

/** Main to host. */
export const ToHost = z.discriminatedUnion('type', [
  /** Comes with a MessagePort, over which one window calls procedures. */
  z.strictObject({ type: z.literal('connect') }),
  /** Pause training with a checkpoint, stop everything else, and exit. */
  z.strictObject({ type: z.literal('close') }),
])
export type ToHost = z.infer<typeof ToHost>

/** Work that closing the host would interrupt. */
export const ActiveJob = z.strictObject({ verb: z.string(), project: z.string().nullable() })
export type ActiveJob = z.infer<typeof ActiveJob>

/** What a notification about a finished job shows, and where a click on it leads. */
export const FinishedJob = z.strictObject({
  title: z.string(),
  body: z.string(),
  project: z.string().nullable(),
})
export type FinishedJob = z.infer<typeof FinishedJob>

/** Host to main, each time anything about its jobs changes. */
export const FromHost = z.strictObject({
  type: z.literal('work'),
  active: z.array(ActiveJob),
  /** The job that this message is about, if it has just ended. */
  finished: FinishedJob.nullable(),
})
export type FromHost = z.infer<typeof FromHost>

/** What a file dialog lets the user choose. */
export const Choice = z.enum(['folder', 'file'])
export type Choice = z.infer<typeof Choice>

/** Renderer to preload, as a window message. */
export const FromRenderer = z.strictObject({ type: z.literal(channels.ready) })
export type FromRenderer = z.infer<typeof FromRenderer>

/** Preload to renderer, as a window message. */
export const ToRenderer = z.discriminatedUnion('type', [
  /** Comes with the MessagePort to the host, each time the host has started. */
  z.strictObject({ type: z.literal(channels.port) }),
  z.strictObject({ type: z.literal(channels.hostGone), reason: z.string() }),
])
export type ToRenderer = z.infer<typeof ToRenderer>

/** What the preload offers the renderer as `window.stet`: all that a browser cannot do. */
export interface DesktopBridge {
  /** Path of a dropped or chosen file. */
  pathOf(file: File): string
  /** Opens the system's dialog. @returns the chosen paths; none if it was cancelled */
  choose(what: Choice): Promise<string[]>
  /** Starts the host again after it ended unexpectedly. */
  restartHost(): void
}
