/** One window for each project, where it was the last time. A window shows the page and nothing else. */
import path from 'node:path'
import { app, BrowserWindow, dialog, nativeTheme } from 'electron'
import { type KeptState, type Place, readState, writeState } from './kept-state.ts'
import { developmentPage } from './refusals.ts'
import { pageAddress } from './scheme.ts'

const preload = path.resolve(import.meta.dirname, '../../../preload/index.cjs')
const firstPlace: Place = { bounds: { x: -1, y: -1, width: 1280, height: 800 }, isMaximized: false }

export class Windows {
  readonly #state: KeptState = readState()
  readonly #projects = new Map<BrowserWindow, string | null>()

  /** Projects of the windows that were open when Stet ended the last time. */
  get openLastTime(): string[] {
    return this.#state.open
  }

  get all(): BrowserWindow[] {
    return [...this.#projects.keys()]
  }

  /** Projects of the windows that are open now. */
  get projects(): string[] {
    return [...this.#projects.values()].filter((project) => project !== null)
  }

  of(project: string | null): BrowserWindow | undefined {
    return this.all.find((window) => this.#projects.get(window) === project)
  }

  /** Brings the project's window to the front, or opens one; without a project, the list of projects. */
  show(project: string | null, view = 'data'): BrowserWindow {
    const existing = this.of(project)
    if (!existing) return this.#open(project, view)
    if (existing.isMinimized()) existing.restore()
    existing.focus()
    return existing
  }

  /** Remembers where each window is, and which projects are open. */
  keep(open: string[]): void {
    this.#state.open = open
    writeState(this.#state)
  }

  #open(project: string | null, view: string): BrowserWindow {
    const { bounds, isMaximized } = this.#placeOf(project)
    const isPlaced = bounds.x >= 0 && bounds.y >= 0
    const window = new BrowserWindow({
      ...(isPlaced ? bounds : { width: bounds.width, height: bounds.height }),
      minWidth: 640,
      minHeight: 480,
      show: false,
      title: 'Stet',
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#16181d' : '#ffffff',
      webPreferences: { preload, contextIsolation: true, sandbox: true, nodeIntegration: false },
    })
    this.#projects.set(window, project)
    if (isMaximized) window.maximize()
    window.once('ready-to-show', () => window.show())
    window.on('close', () => this.#remember(window))
    window.on('closed', () => this.#projects.delete(window))
    window.webContents.on('did-navigate-in-page', (_event, url) => this.#moved(window, url))
    window.webContents.on('will-prevent-unload', (event) => askToLeave(window, event))
    window.webContents.on('render-process-gone', (_event, { reason }) => void askToReload(window, reason))
    const place = project === null ? '' : `#/p/${encodeURIComponent(project)}/${view}`
    void window.loadURL((developmentPage ?? pageAddress) + place)
    return window
  }

  #placeOf(project: string | null): Place {
    const places = new Map(this.#state.places)
    return places.get(project ?? '') ?? this.#state.places.at(-1)?.[1] ?? firstPlace
  }

  #remember(window: BrowserWindow): void {
    const project = this.#projects.get(window) ?? ''
    const others = this.#state.places.filter(([known]) => known !== project)
    const place = { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() }
    this.#state.places = [...others, [project, place]]
    this.keep(this.projects)
  }

  /** The page has gone to another place, perhaps of another project. */
  #moved(window: BrowserWindow, url: string): void {
    const project = projectOf(url)
    this.#projects.set(window, project)
    window.setTitle(project === null ? 'Stet' : `${path.basename(project, '.stet')} – Stet`)
    if (project !== null) app.addRecentDocument(project)
  }
}

function projectOf(url: string): string | null {
  const encoded = /^#\/p\/([^/]+)\//.exec(new URL(url).hash)?.[1]
  return encoded === undefined ? null : decodeURIComponent(encoded)
}

/** The page has said that it holds what is not saved. */
function askToLeave(window: BrowserWindow, event: { preventDefault(): void }): void {
  const answer = dialog.showMessageBoxSync(window, {
    type: 'warning',
    message: 'Some of the work in this window is not saved yet.',
    detail: 'Saving takes a moment. If it cannot be saved, the status line says why.',
    buttons: ['Stay', 'Close without saving'],
    defaultId: 0,
    cancelId: 0,
  })
  if (answer === 1) event.preventDefault() // prevents the staying
}

async function askToReload(window: BrowserWindow, reason: string): Promise<void> {
  if (reason === 'clean-exit') return
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'What this window showed has ended unexpectedly.',
    detail: `Nothing that was saved is lost, and a run that is going goes on. (Reason: ${reason}.)`,
    buttons: ['Show it again', 'Close the window'],
    defaultId: 0,
    cancelId: 1,
  })
  if (response === 0) window.webContents.reload()
  else window.destroy()
}
