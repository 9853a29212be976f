/**
 * The host's entry point in the desktop app: serves procedures over one MessagePort per window, in Electron's utility
 * process. Reports its jobs to the main process; when told to close, pauses them and exits.
 */
import path from 'node:path'
import { RPCHandler } from '@orpc/server/websocket'
import { type FinishedJob, type FromHost, ToHost } from '../../contract/shell.ts'
import type { WorkRecord } from '../../contract/work.ts'
import { openLog } from '../log.ts'
import { openHost } from '../router.ts'
import { settingsFolder } from '../settings-folder.ts'
import { servePort } from './port.ts'

process.umask(0o077) // what is written is for this user alone
const main = process.parentPort
const log = openLog(settingsFolder())
const { router, board, close } = openHost({
  onOutput: (line) => log.logger().debug(line),
  onWarning: (sentence) => log.logger().warn(sentence),
})
const handler = new RPCHandler(router)

main.on('message', ({ data, ports: [port] }) => {
  const { type } = ToHost.parse(data)
  if (type === 'connect' && port) servePort(handler, port, (sentence) => log.logger().warn(sentence))
  if (type === 'close') void stop()
})
process.on('SIGINT', () => {}) // Ctrl-C reaches the whole terminal; the main process decides what it means.
void reportJobs()

async function reportJobs(): Promise<void> {
  for await (const record of board.watchAll()) {
    const active = board.list(null).filter(({ endedAt }) => endedAt === null)
    main.postMessage({
      type: 'work',
      active: active.map(({ verb, project }) => ({ verb, project })),
      finished: record.endedAt === null ? null : finishedJob(record),
    } satisfies FromHost)
  }
}

const endings: Record<WorkRecord['state'], string> = {
  queued: 'is queued',
  running: 'is running',
  done: 'is done',
  stopped: 'has paused',
  failed: 'has failed',
}

function finishedJob({ verb, state, error, notes, project }: WorkRecord): FinishedJob {
  const prefix = project === null ? '' : `${path.basename(project, '.stet')}: `
  const body = `${prefix}${error ?? notes.at(-1) ?? 'It finished.'}`
  return { title: `${verb} ${endings[state]}`, body, project }
}

async function stop(): Promise<void> {
  await board.stopAll()
  await close()
  process.exit(0)
}
