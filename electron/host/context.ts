/** What every subject of the host is given: the lab itself, and the hooks of one piece of long work. */
import type { JobEvent } from '../contract/events.ts'
import type { Project } from '../storage/index.ts'
import type { TrainerClient } from './trainer-client.ts'

/** What procedures share. */
export interface Lab {
  trainer: TrainerClient
  createProject(folder: string): Promise<Project>
  /** Opens a project at the first call; it stays open, and locked, until the lab closes. */
  openProject(folder: string): Promise<Project>
}

/** What long work is given: where to report, and when to stop. */
export interface WorkHooks {
  emit(event: JobEvent): void
  signal: AbortSignal
}
