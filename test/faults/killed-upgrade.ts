/**
 * Opens a project in a process that is killed before its statement number `KILLED_BEFORE`: `node killed-upgrade.ts FOLDER`.
 * If it survives, it prints its statements as JSON.
 */
import { registerHooks } from 'node:module'

const counted = new URL('./counted-database.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'better-sqlite3' && context.parentURL !== counted
      ? { url: counted, shortCircuit: true }
      : next(specifier, context),
})

const { statements } = await import('./counted-database.ts')
const { openProject } = await import('../../electron/storage/project.ts')
const project = await openProject(process.argv[2]!)
const executed = [...statements]
project.close()
console.log(JSON.stringify(executed))
