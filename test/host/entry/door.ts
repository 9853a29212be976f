/** A web server on a small folder, and raw requests to it: `fetch` would normalise paths, and sets Host itself. */
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import path from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { type ClientOptions, WebSocket } from 'ws'
import type { Contract } from '../../../electron/contract/index.ts'
import { type RunningServer, startServer } from '../../../electron/host/entry/serve/server.ts'
import { openHost } from '../../../electron/host/router.ts'
import { temporaryFolder } from './cli-process.ts'

export const secret = 'a secret of this test'

export interface Reply {
  status: number | undefined
  headers: IncomingHttpHeaders
  text: string
}

/** Sends the path as it is. */
export async function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Reply> {
  const sent = request({ host: '127.0.0.1', port, path, headers, method, agent: false })
  sent.end()
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode, headers: response.headers, text }
}

export interface Session {
  cookie: string
  key: string
}

/** What a browser has once it has opened the printed address. */
export async function sessionOf({ url, port }: RunningServer): Promise<Session> {
  const { headers, text } = await get(port, `/${new URL(url).search}`)
  return {
    cookie: headers['set-cookie']?.[0]?.split(';')[0] ?? '',
    key: /<meta name="stet-key" content="(.*?)">/.exec(text)?.[1] ?? '',
  }
}

/** As the page opens it. */
export function openSocket(port: number, { cookie, key }: Session, options: ClientOptions = {}): WebSocket {
  const headers = { origin: `http://127.0.0.1:${port}`, ...(cookie ? { cookie } : {}), ...options.headers }
  const protocols = key ? ['stet', `stet-key.${key}`] : []
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, protocols, { ...options, headers })
  socket.on('error', () => {})
  return socket
}

/** @returns 101 if the WebSocket opens, else the status of the refusal */
export async function socketStatus(socket: WebSocket): Promise<number> {
  const opened = once(socket, 'open').then(() => 101)
  const refused = new Promise<number>((resolve) =>
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0)),
  )
  const status = await Promise.race([opened, refused])
  socket.terminate()
  return status
}

export function clientOver(socket: WebSocket): ContractRouterClient<Contract> {
  return createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }))
}

/** @returns a server, its host, and a way to start it again */
export async function openDoor() {
  const scratch = temporaryFolder()
  process.env.STET_SETTINGS ??= path.join(scratch, 'settings')
  const folder = path.join(scratch, 'renderer')
  mkdirSync(path.join(folder, 'assets'), { recursive: true })
  writeFileSync(path.join(folder, 'index.html'), '<title>Stet</title>')
  writeFileSync(path.join(folder, 'assets/app.js'), 'start()')
  writeFileSync(path.join(scratch, 'secret.txt'), 'secret')
  const { router, close } = openHost({ onOutput: () => {} })
  const start = (port: number, ofSecret = secret) =>
    startServer({ folder, router, port, host: '127.0.0.1', secret: ofSecret })
  return { scratch, start, close }
}
