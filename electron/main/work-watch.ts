/** Keeps the machine awake while work is going, and tells of its end where nobody is looking. */
import { Notification, powerSaveBlocker } from 'electron'
import type { Ended, Going } from './host-process.ts'
import type { Windows } from './windows.ts'

export class WorkWatch {
  readonly #windows: Windows
  #blocker: number | null = null

  constructor(windows: Windows) {
    this.#windows = windows
  }

  hear(going: Going[], ended: Ended | null): void {
    if (going.length > 0) this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension')
    else this.#rest()
    if (ended !== null && !this.#isSeen(ended)) this.#tell(ended)
  }

  #rest(): void {
    if (this.#blocker !== null) powerSaveBlocker.stop(this.#blocker)
    this.#blocker = null
  }

  #isSeen({ project }: Ended): boolean {
    return this.#windows.of(project)?.isFocused() ?? false
  }

  #tell({ title, body, project }: Ended): void {
    if (!Notification.isSupported()) return
    const notification = new Notification({ title, body })
    notification.on('click', () => this.#windows.show(project, 'runs'))
    notification.show()
  }
}
