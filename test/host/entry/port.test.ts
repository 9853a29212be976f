/** The desktop window’s connection: calls are answered, and anything else neither ends the host nor the connection. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { RPCHandler } from '@orpc/server/websocket'
import type { Contract } from '../../../electron/contract/index.ts'
import { type HostPort, servePort } from '../../../electron/host/entry/port.ts'
import { openHost } from '../../../electron/host/router.ts'
import { openClient } from '../client.ts'

const { close: closeClient } = openClient() // sets the folders
const { router, close } = openHost({ onOutput: () => {} })
after(close)
after(closeClient)

test('calls are answered, bytes included, and garbage is reported in a sentence without ending anything', async () => {
  const { port1, port2 } = new MessageChannel()
  after(() => port1.close())
  const reported: string[] = []
  // As Electron's port: events instead of values.
  const port: HostPort = {
    on: (event: string, listener: (event: { data: unknown }) => void) =>
      port2.on(event, (data: unknown) => listener({ data })),
    postMessage: (message) => port2.postMessage(message),
    start: () => port2.start(),
  }
  servePort(new RPCHandler(router), port, (sentence) => reported.push(sentence))
  const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: port1 }))
  const garbage = [
    '{"i":1,"p":',
    'null',
    '{}',
    '{"i":1,"p":{"u":"::"}}',
    7,
    null,
    { i: 1 },
    [1],
    new Uint8Array([255, 0]),
  ]
  for (const message of garbage) port1.postMessage(message)
  assert.ok((await client.machine.now({})).cores > 0)
  assert.equal(reported.length, garbage.length)
  for (const sentence of reported)
    assert.match(sentence, /^A window sent a message that is not a call: [^\n]+$/)
  const { file } = await client.data.upload({ name: 'a.csv', content: new Blob(['a,b\n1,2\n']) })
  assert.match(file, /a\.csv$/)
  port1.close()
  await once(port2, 'close')
})
