/** Starts an HTTP server on a port of this machine. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UserError } from '../contract/errors.ts'

/**
 * @param port 0 chooses a free one
 * @param host name or address to listen on
 * @returns the port
 * @throws UserError `conflict` if the port is in use
 */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isInUse = error.code === 'EADDRINUSE'
      const sentence = `Port ${port} is already in use. Choose another with --port, or --port 0 for a free one.`
      reject(isInUse ? new UserError('conflict', sentence) : error)
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}
