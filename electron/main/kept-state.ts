/** What the shell remembers from one start to the next, in one file that is whole or absent. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { app, type Rectangle } from 'electron'

export interface KeptState {
  /** Where a window of each project was, the newest last; '' for a window without a project. */
  places: [project: string, place: Place][]
  /** Projects of the windows that were open at the end. */
  open: string[]
}

export interface Place {
  bounds: Rectangle
  isMaximized: boolean
}

const mostPlaces = 30
const file = () => path.join(app.getPath('userData'), 'windows.json')

/** What cannot be read is forgotten: it is only a convenience. */
export function readState(): KeptState {
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

export function writeState({ places, open }: KeptState): void {
  mkdirSync(path.dirname(file()), { recursive: true })
  writeFileSync(`${file()}.new`, JSON.stringify({ places: places.slice(-mostPlaces), open }, null, 2))
  renameSync(`${file()}.new`, file())
}
