/** The recently opened projects, in a file of the user's settings, which is written whole or not at all. */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { type ProjectCard, ProjectSummary } from '../../contract/projects.ts'
import { settingsFolder } from '../settings-folder.ts'

/** As the file has it. */
const Entry = z.object({
  folder: z.string(),
  name: z.string(),
  openedAt: z.string(),
  glance: ProjectSummary.nullable().default(null),
})
type Entry = z.infer<typeof Entry>
const maxEntries = 20

const file = () => path.join(settingsFolder(), 'recent.json')

/** A list that cannot be read is empty: it is only a convenience. */
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
  return read().map(({ glance, ...entry }) => ({
    ...entry,
    summary: glance,
    exists: existsSync(path.join(entry.folder, 'lab.db')),
    changedAt: lastWrite(entry.folder),
  }))
}

/** The newest of the database's files: commits go to the one beside it. */
function lastWrite(folder: string): string | null {
  const times = ['lab.db', 'lab.db-wal'].flatMap(
    (name) => statSync(path.join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? [],
  )
  return times.length === 0 ? null : new Date(Math.max(...times)).toISOString()
}

/** Renames a project in the list. */
export function renameRecent(folder: string, name: string): void {
  const entries = read()
  const entry = entries.find((candidate) => candidate.folder === folder)
  if (!entry) return
  entry.name = name
  write(entries)
}

/** Puts a project at the head of the list. */
export function addRecent({ summary, ...project }: Pick<ProjectCard, 'folder' | 'name' | 'summary'>): void {
  const others = read().filter(({ folder }) => folder !== project.folder)
  write([{ ...project, glance: summary, openedAt: new Date().toISOString() }, ...others].slice(0, maxEntries))
}

/** Updates the summary of a project that is in the list. */
export function saveSummary(folder: string, summary: ProjectSummary): void {
  const entries = read()
  const entry = entries.find((candidate) => candidate.folder === folder)
  if (!entry || isDeepStrictEqual(entry.glance, summary)) return
  entry.glance = summary
  write(entries)
}

export function removeRecent(folder: string): void {
  write(read().filter((entry) => entry.folder !== folder))
}
