/**
 * The desktop's door: the page's procedures over a MessagePort for each window, in Electron's utility process. Tells
 * the main process what work is going and how it ended; pauses it and lets go of everything when told to close.
 */
import path from 'node:path'
import { RPCHandler } from '@orpc/server/message-port'
import type { WorkRecord } from '../../contract/work.ts'
import { openLog } from '../log.ts'
import { settingsFolder } from '../projects/recent-projects.ts'
import { openHost } from '../router.ts'

const main = process.parentPort
const log = openLog(settingsFolder())
const { router, board, close } = openHost({
  onOutput: (line) => log.logger().debug(line),
  onWarning: (sentence) => log.logger().warn(sentence),
})
const handler = new RPCHandler(router)

main.on('message', ({ data, ports: [port] }) => {
  if (data === 'stet:page' && port) {
    handler.upgrade(port)
    port.start()
  }
  if (data === 'stet:close') void leave()
})
process.on('SIGINT', () => {}) // Ctrl-C reaches the whole terminal; the main process decides what it means.
void tellOfWork()

async function tellOfWork(): Promise<void> {
  for await (const record of board.watchAll()) {
    const going = board.list(null).filter(({ endedAt }) => endedAt === null)
    main.postMessage({
      type: 'work',
      going: going.map(({ verb, project }) => ({ verb, project })),
      ended: record.endedAt === null ? null : { ...endOf(record), project: record.project, run: record.run },
    })
  }
}

function endOf({ verb, state, error, notes, project }: WorkRecord): { title: string; body: string } {
  const how = { done: 'is done', stopped: 'has paused', failed: 'has failed' }[state as string] ?? 'has ended'
  const name = project === null ? '' : `${path.basename(project, '.stet')}: `
  return { title: `${verb} ${how}`, body: `${name}${error ?? notes.at(-1) ?? 'It ran to its end.'}` }
}

async function leave(): Promise<void> {
  await board.stopAll()
  await close()
  process.exit(0)
}
