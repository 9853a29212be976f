/**
 * The connection to the host: the same procedures over a MessagePort (in a window of the app) or a WebSocket (in a
 * browser). A lost connection is opened again, and all queries are then repeated.
 */
import { type ClientLink, createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../electron/contract/index.ts'
import { type FromRenderer, ToRenderer } from '../../electron/contract/shell.ts'
import { channels } from '../../electron/contract/shell-channels.ts'
import { desktop } from './desktop.ts'
import { isRefused, receiveKey, socketProtocols } from './session-key.ts'

export type HostClient = ContractRouterClient<Contract>
/** `refused`: the host is there, but it does not know this browser. */
export type ConnectionState = 'opening' | 'open' | 'lost' | 'refused'

/** The host was not there to answer. Everything is asked again once it is. */
export class HostLost extends Error {
  constructor() {
    super('The host cannot be reached. This continues automatically once it is back.')
    this.name = 'HostLost'
  }
}

let client: HostClient
let state: ConnectionState = 'opening'
let crashReason = ''
let lostAt: Date | null = null
const listeners = new Set<(state: ConnectionState) => void>()

/** Procedures of the host, over the present connection. */
export const host: HostClient = new Proxy({} as HostClient, { get: (_, name) => Reflect.get(client, name) })

export function connectionState(): ConnectionState {
  return state
}

/** Since when there is no connection; null while there is one. */
export function connectionLostAt(): Date | null {
  return lostAt
}

/** How the host ended, in a sentence; empty unless the desktop app has said so. */
export function hostCrashReason(): string {
  return crashReason
}

/** @returns a function that stops listening */
export function onConnection(listener: (state: ConnectionState) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function setState(next: ConnectionState): void {
  if (next === 'open') lostAt = null
  else lostAt ??= new Date()
  if (next === state) return
  state = next
  for (const listener of listeners) listener(next)
}

/** Opens the connection; settles once it is open for the first time, or refused. */
export function connect(): Promise<void> {
  return desktop === null ? openSocket() : openPort()
}

/** The preload passes a port each time the host has started, or the reason why there is no host. */
function openPort(): Promise<void> {
  return new Promise((resolve) => {
    window.addEventListener('message', ({ data, ports, source }) => {
      const message = source === window ? ToRenderer.safeParse(data).data : undefined
      const [port] = ports
      if (message?.type === channels.hostGone) onHostGone(message.reason)
      else if (message?.type === channels.port && port !== undefined) onPort(port)
      else return
      resolve()
    })
    window.postMessage({ type: channels.ready } satisfies FromRenderer, location.origin)
  })
}

function onHostGone(reason: string): void {
  crashReason = reason
  client = unreachable()
  setState('lost')
}

function onPort(port: MessagePort): void {
  client = createORPCClient(new PortLink({ port }))
  port.start()
  setState('open')
}

const retryMs = 1000

function openSocket(): Promise<void> {
  receiveKey()
  return new Promise((resolve) => {
    const open = () => {
      const socket = new WebSocket(`ws://${location.host}/`, socketProtocols())
      socket.addEventListener('open', () => {
        client = createORPCClient(new LostLink(socket))
        setState('open')
        resolve()
      })
      socket.addEventListener('close', async () => {
        client = unreachable()
        if (state !== 'refused') setState('lost')
        setState((await isRefused()) ? 'refused' : 'lost')
        if (state === 'refused') resolve()
        setTimeout(open, retryMs)
      })
    }
    open()
  })
}

/** Calls that end because the connection does are reported as that. */
class LostLink implements ClientLink<object> {
  readonly #socket: WebSocket
  readonly #link: SocketLink<object>

  constructor(socket: WebSocket) {
    this.#socket = socket
    this.#link = new SocketLink({ websocket: socket })
  }

  async call(...call: Parameters<SocketLink<object>['call']>): Promise<unknown> {
    try {
      return await this.#link.call(...call)
    } catch (error) {
      throw this.#socket.readyState === WebSocket.OPEN ? error : new HostLost()
    }
  }
}

function unreachable(): HostClient {
  return createORPCClient({ call: () => Promise.reject(new HostLost()) })
}
