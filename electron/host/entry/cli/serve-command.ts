/** `stet serve`: the web UI, until Ctrl-C. */
import { type Command, InvalidArgumentError } from 'commander'

export interface ServeOptions {
  /** Opened first, if any. */
  project: string | null
  /** 0 chooses a free one. */
  port: number
  host: string
  json: boolean
}

export const serveSummary = 'Serve the web UI to a browser on this machine, until Ctrl-C.'

export function addServe(program: Command, onServe: (options: ServeOptions) => void): void {
  program
    .command('serve')
    .description(serveSummary)
    .argument('[PROJECT]', 'Project to open first.')
    .option('--port <N>', 'Port; 0 chooses a free one.', toPort, 7838)
    .option(
      '--host <NAME>',
      'Address to listen on; any address other than loopback is reachable from other machines.',
      '127.0.0.1',
    )
    .option('--json', 'Print the address as one JSON document.')
    .addHelpText('after', '\nExample: stet serve ferry.stet --port 0')
    .action((project: string | undefined, { port, host, json = false }) =>
      onServe({ project: project ?? null, port, host, json }),
    )
}

function toPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port
  throw new InvalidArgumentError('It must be an integer from 0 to 65535.')
}
