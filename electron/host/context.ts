/** What every subject of the host gets: the lab. */
import type { Project } from '../storage/index.ts'
import type { TrainerClient } from './trainer-client.ts'

/** The trainer and the open projects. */
export interface Lab {
  trainer: TrainerClient
  createProject(folder: string): Promise<Project>
  /** Opens a project on the first call; it stays open, and locked, until the lab closes. */
  openProject(folder: string): Promise<Project>
  /**
   * Reads a project. If another process has it open, such as one that trains, it is read beside that process, only for
   * this call.
   */
  readProject<Result>(folder: string, read: (project: Project) => Promise<Result>): Promise<Result>
}
