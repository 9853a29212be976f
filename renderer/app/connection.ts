/**
 * The page's line to the host: the same procedures over a MessagePort (in the app's window) or a WebSocket (in a
 * browser). When the line breaks it is opened again, and everything on the page asks anew.
 */
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../electron/contract/index.ts'
import { desktop } from './desktop.ts'

export type HostClient = ContractRouterClient<Contract>
export type LineState = 'opening' | 'open' | 'broken'

let client: HostClient
let state: LineState = 'opening'
let end = ''
const listeners = new Set<(state: LineState) => void>()

/** Procedures of the host, over the line that is open now. */
export const host: HostClient = new Proxy({} as HostClient, { get: (_, name) => Reflect.get(client, name) })

export function lineState(): LineState {
  return state
}

/** How the host ended, in a sentence, where the desktop has told. */
export function hostEnd(): string {
  return end
}

/** @returns how to stop listening */
export function onLine(listener: (state: LineState) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function setState(next: LineState): void {
  state = next
  for (const listener of listeners) listener(next)
}

/** Opens the line; settles once it is open for the first time. */
export function openLine(): Promise<void> {
  return desktop === null ? openSocket() : openPort()
}

/** The preload passes a port each time the host is (re)started. */
function openPort(): Promise<void> {
  return new Promise((resolve) => {
    window.addEventListener('message', ({ data, ports, source }) => {
      if (source !== window) return
      if (typeof data?.hostGone === 'string') {
        end = data.hostGone
        client = createORPCClient({ call: () => Promise.reject(new Error(end)) })
        setState('broken')
        resolve()
      }
      const [port] = ports
      if (data !== 'stet:port' || port === undefined) return
      client = createORPCClient(new PortLink({ port }))
      port.start()
      setState('open')
      resolve()
    })
    window.postMessage('stet:ready', location.origin)
  })
}

const retryMs = 1000

function openSocket(): Promise<void> {
  return new Promise((resolve) => {
    const open = () => {
      const socket = new WebSocket(`ws://${location.host}/`)
      socket.addEventListener('open', () => {
        client = createORPCClient(new SocketLink({ websocket: socket }))
        setState('open')
        resolve()
      })
      socket.addEventListener('close', () => {
        setState('broken')
        setTimeout(open, retryMs)
      })
    }
    open()
  })
}
