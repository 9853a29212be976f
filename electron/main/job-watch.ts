/** Keeps the machine awake while jobs run, and notifies the user when one finishes out of sight. */
import { Notification, powerSaveBlocker } from 'electron'
import type { ActiveJob, FinishedJob } from '../contract/shell.ts'
import type { Windows } from './windows.ts'

export class JobWatch {
  readonly #windows: Windows
  #blocker: number | null = null

  constructor(windows: Windows) {
    this.#windows = windows
  }

  onChange(active: ActiveJob[], finished: FinishedJob | null): void {
    if (active.length > 0) this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension')
    else this.#allowSleep()
    if (finished !== null && !this.#isInSight(finished)) this.#notify(finished)
  }

  #allowSleep(): void {
    if (this.#blocker !== null) powerSaveBlocker.stop(this.#blocker)
    this.#blocker = null
  }

  #isInSight({ project }: FinishedJob): boolean {
    return this.#windows.of(project)?.isFocused() ?? false
  }

  #notify({ title, body, project }: FinishedJob): void {
    if (!Notification.isSupported()) return
    const notification = new Notification({ title, body })
    notification.on('click', () => this.#windows.show(project, 'runs'))
    notification.show()
  }
}
