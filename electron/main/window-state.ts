/** What the app remembers about its windows between starts, in one file that is written whole or not at all. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { app, type Rectangle } from 'electron'

export interface WindowState {
  /** Where each project's window was, the most recent last; '' stands for a window without a project. */
  places: [project: string, place: Place][]
  /** Projects whose windows were open when the app quit. */
  open: string[]
}

export interface Place {
  bounds: Rectangle
  isMaximized: boolean
}

const maxPlaces = 30
const file = () => path.join(app.getPath('userData'), 'windows.json')

/** An unreadable file counts as empty: the state is only a convenience. */
export function readWindowState(): WindowState {
  try {
    const { places, open } = JSON.parse(readFileSync(file(), 'utf8'))
    return {
      places: places.filter(isPlace),
      open: open.filter((project: unknown) => typeof project === 'string'),
    }
  } catch {
    return { places: [], open: [] }
  }
}

function isPlace(entry: [unknown, Place]): boolean {
  const numbers = Object.values(entry[1].bounds)
  return typeof entry[0] === 'string' && numbers.length === 4 && numbers.every(Number.isFinite)
}

export function writeWindowState({ places, open }: WindowState): void {
  mkdirSync(path.dirname(file()), { recursive: true })
  writeFileSync(`${file()}.new`, JSON.stringify({ places: places.slice(-maxPlaces), open }, null, 2))
  renameSync(`${file()}.new`, file())
}
