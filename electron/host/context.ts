/** What every subject of the host gets: the lab. */
import type { Project } from '../storage/index.ts'
import type { TrainerClient } from './trainer-client.ts'

/** The trainer and the open projects. */
export interface Lab {
  trainer: TrainerClient
  createProject(folder: string): Promise<Project>
  /**
   * Opens a project on the first call; it stays open, and locked, until the lab closes.
   * @throws UserError also if other files have taken its place meanwhile
   */
  openProject(folder: string): Promise<Project>
  /** The same on the user's request: projects that were moved or replaced while they were open are let go first. */
  reopenProject(folder: string): Promise<Project>
  /**
   * Reads a project. If another process has it open, such as one that trains, it is read beside that process, only for
   * this call.
   */
  readProject<Result>(folder: string, read: (project: Project) => Promise<Result>): Promise<Result>
  /** Reads a project as it is at this moment and leaves it to other processes; only an old one has to be opened first. */
  peekProject<Result>(folder: string, read: (project: Project) => Result): Promise<Result>
  /** A further trainer process, for work beside the jobs. Its user closes it. */
  newTrainer(): TrainerClient
}
