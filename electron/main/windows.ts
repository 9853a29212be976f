/** One window per project, opened where it was the last time. */
import path from 'node:path'
import { app, BrowserWindow, dialog, nativeTheme } from 'electron'
import type { ViewPath } from '../contract/views.ts'
import { developmentServer } from './lockdown.ts'
import { rendererAddress } from './scheme.ts'
import { type Place, readWindowState, type WindowState, writeWindowState } from './window-state.ts'

const preload = path.resolve(import.meta.dirname, '../../../preload/index.cjs')
/** For Linux; elsewhere the package's own icon is used. */
const icon = path.resolve(import.meta.dirname, '../../resources/icon.png')
const defaultPlace: Place = { bounds: { x: -1, y: -1, width: 1280, height: 800 }, isMaximized: false }

export class Windows {
  readonly #state: WindowState = readWindowState()
  readonly #projects = new Map<BrowserWindow, string | null>()

  /** Projects whose windows were open when the app last quit. */
  get openLastTime(): string[] {
    return this.#state.open
  }

  get all(): BrowserWindow[] {
    return [...this.#projects.keys()]
  }

  /** Projects whose windows are open now. */
  get projects(): string[] {
    return [...this.#projects.values()].filter((project) => project !== null)
  }

  of(project: string | null): BrowserWindow | undefined {
    return this.all.find((window) => this.#projects.get(window) === project)
  }

  /** Brings the project's window to the front or opens one; null shows the list of projects. */
  show(project: string | null, view: ViewPath = 'data'): BrowserWindow {
    const existing = this.of(project)
    if (!existing) return this.#open(project, view)
    if (existing.isMinimized()) existing.restore()
    existing.focus()
    return existing
  }

  /** Saves where the windows are, and which projects are open. */
  saveState(open: string[]): void {
    this.#state.open = open
    writeWindowState(this.#state)
  }

  #open(project: string | null, view: ViewPath): BrowserWindow {
    const { bounds, isMaximized } = this.#placeOf(project)
    const isPlaced = bounds.x >= 0 && bounds.y >= 0
    const window = new BrowserWindow({
      ...(isPlaced ? bounds : { width: bounds.width, height: bounds.height }),
      minWidth: 640,
      minHeight: 480,
      show: false,
      title: 'Stet',
      icon,
      // As the renderer's --paper, so that nothing flashes.
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#161614' : '#fbfaf8',
      webPreferences: { preload, contextIsolation: true, sandbox: true, nodeIntegration: false },
    })
    this.#projects.set(window, project)
    if (isMaximized) window.maximize()
    this.#listen(window)
    const place = project === null ? '' : `#/p/${encodeURIComponent(project)}/${view}`
    void window.loadURL((developmentServer ?? rendererAddress) + place)
    return window
  }

  #listen(window: BrowserWindow): void {
    window.once('ready-to-show', () => window.show())
    window.on('close', () => this.#onClose(window))
    window.on('closed', () => this.#projects.delete(window))
    window.webContents.on('did-navigate-in-page', (_event, url) => this.#onNavigate(window, url))
    window.webContents.on('will-prevent-unload', (event) => confirmClose(window, event))
    window.webContents.on('render-process-gone', (_event, { reason }) => void onCrash(window, reason))
  }

  #placeOf(project: string | null): Place {
    const places = new Map(this.#state.places)
    return places.get(project ?? '') ?? this.#state.places.at(-1)?.[1] ?? defaultPlace
  }

  #onClose(window: BrowserWindow): void {
    const project = this.#projects.get(window) ?? ''
    const others = this.#state.places.filter(([name]) => name !== project)
    const place = { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() }
    this.#state.places = [...others, [project, place]]
    this.saveState(this.projects)
  }

  /** The renderer shows another view, perhaps of another project. */
  #onNavigate(window: BrowserWindow, url: string): void {
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

/** Called if the renderer has unsaved changes. */
function confirmClose(window: BrowserWindow, event: { preventDefault(): void }): void {
  const answer = dialog.showMessageBoxSync(window, {
    type: 'warning',
    message: 'This window has unsaved changes.',
    detail: 'Saving takes a moment. If it fails, the status line shows the reason.',
    buttons: ['Stay', 'Close without saving'],
    defaultId: 0,
    cancelId: 0,
  })
  if (answer === 1) event.preventDefault() // ignores the renderer's wish to stay
}

async function onCrash(window: BrowserWindow, reason: string): Promise<void> {
  if (reason === 'clean-exit') return
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'This window ended unexpectedly.',
    detail: `Saved work is safe, and active jobs continue. (Reason: ${reason}.)`,
    buttons: ['Reload', 'Close window'],
    defaultId: 0,
    cancelId: 1,
  })
  if (response === 0) window.webContents.reload()
  else window.destroy()
}
