/** What Electron would read from Chromium's command line. */
import { mkdirSync } from 'node:fs'

const prefix = '--user-data-dir='

export const userFolder = process.argv.find((arg) => arg.startsWith(prefix))?.slice(prefix.length) ?? ''
if (userFolder === '') throw new Error(`The stand-in needs ${prefix}FOLDER.`)
mkdirSync(userFolder, { recursive: true })
