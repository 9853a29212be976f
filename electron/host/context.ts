/** What every subject of the host gets: the lab. */
import type { Project } from '../storage/index.ts'
import type { TrainerClient } from './trainer-client.ts'

/** The trainer and the open projects. */
export interface Lab {
  trainer: TrainerClient
  createProject(folder: string): Promise<Project>
  /** Opens a project on the first call; it stays open, and locked, until the lab closes. */
  openProject(folder: string): Promise<Project>
}
