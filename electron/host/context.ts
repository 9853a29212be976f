/** What every subject of the host gets: the lab, and the hooks of long-running work. */
import type { JobEvent } from '../contract/events.ts'
import type { Project } from '../storage/index.ts'
import type { TrainerClient } from './trainer-client.ts'

/** The trainer and the open projects. */
export interface Lab {
  trainer: TrainerClient
  createProject(folder: string): Promise<Project>
  /** Opens a project on the first call; it stays open, and locked, until the lab closes. */
  openProject(folder: string): Promise<Project>
}

/** Where long-running work reports, and when it should stop. */
export interface WorkHooks {
  emit(event: JobEvent): void
  signal: AbortSignal
}
