/** The projects opened lately, in a file of the user's own; whole or absent. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { type ProjectCard, ProjectGlance } from '../../contract/projects.ts'

const Entry = z.object({
  folder: z.string(),
  name: z.string(),
  openedAt: z.string(),
  glance: ProjectGlance.nullable().default(null),
})
type Entry = z.infer<typeof Entry>
const mostEntries = 20

/** Where this user's settings are: XDG's place on Linux, the system's elsewhere. */
export function settingsFolder(): string {
  if (process.env.STET_SETTINGS) return process.env.STET_SETTINGS
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library/Application Support/Stet')
  if (process.platform === 'win32')
    return path.join(process.env.APPDATA ?? path.join(os.homedir(), 'AppData/Roaming'), 'Stet')
  return path.join(process.env.XDG_CONFIG_HOME ?? path.join(os.homedir(), '.config'), 'stet')
}

const file = () => path.join(settingsFolder(), 'recent.json')

/** A list that cannot be read is an empty one: it is only a convenience. */
function read(): Entry[] {
  try {
    return z.array(Entry).parse(JSON.parse(readFileSync(file(), 'utf8')))
  } catch {
    return []
  }
}

function write(entries: Entry[]): void {
  mkdirSync(settingsFolder(), { recursive: true })
  writeFileSync(`${file()}.new`, JSON.stringify(entries, null, 2))
  renameSync(`${file()}.new`, file())
}

export function recentProjects(): ProjectCard[] {
  return read().map((entry) => ({ ...entry, exists: existsSync(path.join(entry.folder, 'lab.db')) }))
}

/** Puts a project at the head of the list. */
export function remember(project: Omit<Entry, 'openedAt'>): void {
  const others = read().filter(({ folder }) => folder !== project.folder)
  write([{ ...project, openedAt: new Date().toISOString() }, ...others].slice(0, mostEntries))
}

/** Keeps what is in a project now, where the list has it and says otherwise. */
export function keepGlance(folder: string, glance: ProjectGlance): void {
  const entries = read()
  const entry = entries.find((known) => known.folder === folder)
  if (!entry || isDeepStrictEqual(entry.glance, glance)) return
  entry.glance = glance
  write(entries)
}

export function forget(folder: string): void {
  write(read().filter((entry) => entry.folder !== folder))
}
