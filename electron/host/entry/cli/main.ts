/**
 * The entry point for terminals: reads a command line, runs the verb in this process, shows its progress and its
 * result. Exit codes: 0; 2 for bad usage or input; 130 after Ctrl-C; 1 for any other failure.
 */
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { CommanderError } from 'commander'
import { UserError } from '../../../contract/errors.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { Field } from '../../../contract/fields.ts'
import type { VerbName, VerbResult } from '../../../contract/verbs.ts'
import { parseInput } from '../../errors/parse-input.ts'
import { asUserError } from '../../errors/user-error.ts'
import { type Log, openLog } from '../../log.ts'
import { packageVersion } from '../../version.ts'
import { optionName, toInput } from './fields.ts'
import { watchInterrupts } from './interrupts.ts'
import { presentResult, presentServing } from './present.ts'
import { type Invocation, makeProgram } from './program.ts'
import { startProgress } from './progress.ts'
import type { ServeOptions } from './serve-command.ts'

const exitCodes = {
  bad_input: 2,
  not_found: 2,
  cancelled: 130,
  conflict: 1,
  unavailable: 1,
  out_of_space: 1,
  out_of_memory: 1,
  damaged: 1,
  diverged: 1,
}

async function main(argv: string[]): Promise<number> {
  const invocation = parse(argv)
  if (typeof invocation === 'number') return invocation
  if ('port' in invocation) return serveUntilStopped(invocation)
  const log = openLog(projectOf(invocation))
  try {
    return await run(invocation, log)
  } catch (error) {
    return explain(asUserError(error) ?? error, invocation, log)
  }
}

/** @returns what to do, or the exit code if there is nothing left to do */
function parse(argv: string[]): Invocation | ServeOptions | number {
  let invocation: Invocation | ServeOptions | null = null
  const take = (parsed: Invocation | ServeOptions) => {
    invocation = parsed
  }
  const program = makeProgram(packageVersion, take, take)
  try {
    program.parse(argv, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
  return invocation ?? 2
}

/** Ctrl-C pauses active training runs and stops the server. @returns the exit code */
async function serveUntilStopped(options: ServeOptions): Promise<number> {
  const log = openLog(options.project)
  const { openHost } = await import('../../router.ts')
  const { serve } = await import('../serve/serve.ts')
  const note = (sentence: string) => process.stderr.write(`${sentence}\n`)
  const host = openHost({ onOutput: (line) => log.logger().debug(line), onWarning: note })
  const interrupts = watchInterrupts()
  const onOpen = (url: string) =>
    process.stdout.write(
      options.json ? `${JSON.stringify({ url })}\n` : `Stet is running at ${url}\nPress Ctrl-C to stop it.\n`,
    )
  try {
    await serve(host, options, { onNote: note, onOpen, signal: interrupts.signal })
    return 0
  } catch (error) {
    return explain(asUserError(error) ?? error, options, log)
  } finally {
    interrupts.stop()
    await host.close()
  }
}

function projectOf({ values }: Invocation): string | null {
  const [, value] = [...values].find(([field]) => field.name === 'project') ?? []
  return typeof value === 'string' ? value : null
}

async function run(invocation: Invocation, log: Log): Promise<number> {
  const { verb, json } = invocation
  const input = checkedInput(invocation)
  const interrupts = watchInterrupts()
  try {
    const result = await perform(invocation, input, interrupts.signal, log)
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : presentResult(verb.name, result))
    return exitCodeOf(result, interrupts.signal.aborted)
  } finally {
    interrupts.stop()
  }
}

/** Runs the verb and shows its events. @returns its result */
async function perform(
  invocation: Invocation,
  input: object,
  signal: AbortSignal,
  log: Log,
): Promise<VerbResult<VerbName>> {
  const { verb, json } = invocation
  const { openLab } = await import('../../lab.ts')
  const { runVerb } = await import('../../verbs.ts')
  const progress = startProgress(process.stderr)
  const { lab, close } = openLab({
    onOutput: (line) => noteOutput(line, invocation, log),
    onWarning: (sentence) => progress.show({ type: 'note', sentence }),
  })
  const emit = (event: JobEvent) => {
    if (event.type === 'serving') process.stdout.write(presentServing(event, json))
    else if (event.type !== 'token') progress.show(event)
    else if (!json && process.stdout.isTTY) process.stdout.write(event.text)
  }
  try {
    return await runVerb(lab, verb.name, input, { emit, signal })
  } finally {
    progress.stop()
    await close()
  }
}

/** A run that paused on its own, and an import without a single good row, did not do what the user asked for. */
function exitCodeOf(result: unknown, isInterrupted: boolean): number {
  const { state, imported, duplicates, bad } = Object(result)
  if (state === 'paused') return isInterrupted ? 130 : 1
  return imported === 0 && duplicates === 0 && bad.length > 0 ? 2 : 0
}

/** Checks the input against the contract; mistakes are named as on the command line. */
function checkedInput({ verb, values, fields }: Invocation): object {
  let configFile = ''
  const input = toInput(values, (file) => {
    configFile = file
    return readConfig(file)
  })
  const isFromFile = (path: string[]) =>
    configFile !== '' && ![...values.keys()].some((field) => isAt(field, path))
  const nameOf = (path: string[]) => {
    const field = fields.find((candidate) => isAt(candidate, path))
    if (isFromFile(path) && path[0] === 'config') return `${configFile}: "${path.slice(1).join('.')}"`
    return field ? optionName(field) : `"${path.join('.')}"`
  }
  parseInput(verb.input, input, nameOf)
  return input
}

function isAt(field: Field, path: string[]): boolean {
  return field.path.join() === path.join()
}

function readConfig(file: string): object {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const why = cause instanceof SyntaxError ? `is not valid JSON (${cause.message})` : 'cannot be read'
    throw new UserError(
      'bad_input',
      `The config file ${file} ${why}. It must be a JSON file with an object of settings.`,
      { cause },
    )
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content
  throw new UserError(
    'bad_input',
    `The config file ${file} does not contain an object. Write settings as {"learningRate": 1e-4, …}.`,
  )
}

function noteOutput(line: string, { verbose }: Invocation, log: Log): void {
  log.logger().debug(line)
  if (verbose) process.stderr.write(`${line}\n`)
}

/** @returns the exit code */
function explain(error: unknown, { json }: { json: boolean }, log: Log): number {
  if (!(error instanceof UserError)) log.logger().error(inspect(error))
  const { code, message } =
    error instanceof UserError
      ? error
      : {
          code: null,
          message: `Unexpected error: ${error}. Details are in the log: ${log.file}`,
        }
  process.stderr.write(`stet: ${message}\n`)
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`)
  return code ? exitCodes[code] : 1
}

process.umask(0o077) // what is written is for this user alone
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0) // The reader has closed the pipe, as `head` does.
})
process.exitCode = await main(process.argv.slice(2))
