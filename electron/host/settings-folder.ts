/** Where the user's settings are, and what else belongs to the user and to no project. */
import os from 'node:os'
import path from 'node:path'

/** Folder of the user's settings: `$STET_SETTINGS`, or the usual place of the system. */
export function settingsFolder(): string {
  if (process.env.STET_SETTINGS) return process.env.STET_SETTINGS
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library/Application Support/Stet')
  if (process.platform === 'win32')
    return path.join(process.env.APPDATA ?? path.join(os.homedir(), 'AppData/Roaming'), 'Stet')
  return path.join(process.env.XDG_CONFIG_HOME ?? path.join(os.homedir(), '.config'), 'stet')
}
