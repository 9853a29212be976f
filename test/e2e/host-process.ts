/** A real `stet serve` in a new folder, and the test's own connection to it. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { Contract } from '../../electron/contract/index.ts'

export type HostClient = ContractRouterClient<Contract>

export interface HostProcess {
  /** With the token. */
  url: string
  port: number
  pid: number
  client: HostClient
  /** What it has written to stderr. */
  errors(): string
  /** SIGINT pauses active runs; SIGKILL is a crash. */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<void>
}

const root = path.resolve(import.meta.dirname, '../..')

/** @param folder for settings and projects @param port 0 chooses a free one */
export async function startHost(folder: string, port: number): Promise<HostProcess> {
  const args = ['electron/host/entry/cli/main.ts', 'serve', '--json', '--port', String(port)]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      STET_SETTINGS: path.join(folder, 'settings'),
      STET_PROJECTS: path.join(folder, 'projects'),
      NODE_COMPILE_CACHE: path.join(root, '.stet/compile-cache'),
    },
  })
  const killWithTest = () => child.kill('SIGKILL')
  process.once('exit', killWithTest)
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const url = await printedUrl(child, () => errors)
  const { client, close } = await connect(url)
  const end = async (signal: 'SIGINT' | 'SIGKILL') => {
    close()
    process.off('exit', killWithTest)
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return { url, port: Number(new URL(url).port), pid: child.pid ?? 0, client, errors: () => errors, end }
}

async function printedUrl(child: ChildProcess, errors: () => string): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const { url, error } = JSON.parse(line)
    assert.ok(url, `stet serve did not start: ${error?.message}`)
    return url
  }
  throw new Error(`stet serve ended before it opened: ${errors()}`)
}

async function connect(url: string): Promise<{ client: HostClient; close(): void }> {
  const answer = await fetch(url)
  const cookie = answer.headers.get('set-cookie')?.split(';')[0]
  const key = /<meta name="stet-key" content="(.*?)">/.exec(await answer.text())?.[1]
  assert.ok(cookie && key, 'the server set no cookie or sent no key for the token')
  const { origin, host } = new URL(url)
  const protocols = ['stet', `stet-key.${key}`]
  const socket = new WebSocket(`ws://${host}/`, protocols, { headers: { cookie, origin } })
  socket.on('error', () => {})
  await once(socket, 'open')
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  return { client: createORPCClient(link), close: () => socket.terminate() }
}
