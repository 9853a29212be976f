/** Counts the events of node:test and reports them for people: one line per file, the failures, what was skipped. */
import path from 'node:path'
import type { TestEvent } from 'node:test/reporters'
import { stripVTControlCharacters } from 'node:util'

interface Failure {
  file: string
  name: string
  message: string
}

/** How much a failing file's own output is worth showing. */
const shownOutputLines = 30

export class Tally {
  readonly #root: string
  readonly #passed = new Map<string, number>()
  #failures: Failure[] = []
  readonly #flaky: Failure[] = []
  #skipped: { file: string; name: string; reason: string }[] = []
  readonly #output = new Map<string, string[]>()

  /** @param root folder that the printed paths are relative to */
  constructor(root: string) {
    this.#root = root
  }

  get passed(): number {
    return [...this.#passed.values()].reduce((sum, count) => sum + count, 0)
  }

  get failed(): number {
    return this.#failures.length
  }

  /** @returns the files in which something failed, relative to the root */
  failedFiles(): string[] {
    return [...new Set(this.#failures.map(({ file }) => withoutLine(file)))]
  }

  /** Forgets the counts of these files, which run a second time; what failed in them is still reported, as flaky. */
  expectAgain(files: string[]): void {
    for (const file of files) {
      this.#passed.delete(file)
      this.#output.delete(file)
    }
    this.#skipped = this.#skipped.filter(({ file }) => !files.includes(file))
    const again = ({ file }: Failure) => files.includes(withoutLine(file))
    this.#flaky.push(...this.#failures.filter(again))
    this.#failures = this.#failures.filter((failure) => !again(failure))
  }

  /** @returns the line to print for this event, if any */
  take(event: TestEvent): string | null {
    switch (event.type) {
      case 'test:stdout':
      case 'test:stderr':
        this.#keepOutput(event.data.file, event.data.message)
        return null
      case 'test:pass':
        this.#pass(event.data)
        return null
      case 'test:fail':
        this.#fail(event.data)
        return null
      case 'test:summary': {
        if (event.data.file === undefined) return null
        const { counts, success, duration_ms: durationMs } = event.data
        const state = success ? 'ok  ' : 'FAIL'
        return `${state} ${this.#relative(event.data.file)}  ${counts.tests} tests  ${(durationMs / 1000).toFixed(1)} s`
      }
      default:
        return null
    }
  }

  #pass(data: Extract<TestEvent, { type: 'test:pass' }>['data']): void {
    if (data.details.type === 'suite') return
    const file = this.#relative(data.file)
    const mark = data.skip ?? data.todo
    if (mark !== undefined && mark !== false) {
      this.#skipped.push({
        file,
        name: data.name,
        reason: typeof mark === 'string' && mark !== '' ? mark : 'no reason given',
      })
    } else if (this.#isWholeFile(data)) {
      this.#addFailure(file, 'the file', 'It holds no test.')
    } else this.#passed.set(file, (this.#passed.get(file) ?? 0) + 1)
  }

  #fail(data: Extract<TestEvent, { type: 'test:fail' }>['data']): void {
    const error = data.details.error
    const failureType = 'failureType' in error ? error.failureType : undefined
    // The child that failed has been reported already.
    if (failureType === 'subtestsFailed') return
    if (this.#isWholeFile(data)) {
      this.#addFailure(this.#relative(data.file), 'the file', endOf(error))
    } else this.#addFailure(`${this.#relative(data.file)}:${data.line ?? 0}`, data.name, messageOf(error))
  }

  #addFailure(file: string, name: string, message: string): void {
    this.#failures.push({ file, name, message })
  }

  /** What a whole file did is reported as a test with the file's path for a name. */
  #isWholeFile({ name, file }: { name: string; file?: string | undefined }): boolean {
    return file !== undefined && path.resolve(this.#root, name) === file
  }

  #keepOutput(file: string | undefined, message: string): void {
    const key = this.#relative(file)
    const lines = this.#output.get(key) ?? []
    lines.push(...message.trimEnd().split('\n'))
    this.#output.set(key, lines.slice(-shownOutputLines))
  }

  #relative(file: string | undefined): string {
    return file === undefined ? 'unknown file' : path.relative(this.#root, file)
  }

  /** @returns what to print before the closing line: skipped tests, failures, and the output of files that failed */
  report(): string[] {
    const skipped = this.#skipped.map(({ file, name, reason }) => `skipped: ${file}: ${name} (${reason})`)
    const failures = this.#failures.map(
      ({ file, name, message }) => `\nFAILED ${file}\n  ${name}\n${indent(message)}`,
    )
    const outputs = this.failedFiles().flatMap((file) => {
      const lines = this.#output.get(file)
      return lines === undefined ? [] : [`\nOutput of ${file} (its end):\n${indent(lines.join('\n'))}`]
    })
    const flaky = this.#flaky.map(
      ({ file, name, message }) => `\nFLAKY ${file}\n  ${name}: failed, then ran again\n${indent(message)}`,
    )
    return [...skipped, ...flaky, ...failures, ...outputs]
  }

  closingLine(): string {
    const skipped = this.#skipped.length > 0 ? `, ${this.#skipped.length} skipped` : ''
    return `${this.passed} passed, ${this.failed} failed${skipped}`
  }
}

function withoutLine(file: string): string {
  return file.replace(/:\d+$/, '')
}

/** @returns message and the part of the stack that lies in this project */
function messageOf(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error
  const text = typeof error.cause === 'string' ? error.cause : cause.message
  const stack = (cause.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !/node:|node_modules/.test(line))
  return stripVTControlCharacters([text, ...stack.slice(0, 5)].join('\n'))
}

/** @returns how a file ended that did not get to its end, or failed outside its tests */
function endOf(error: Error): string {
  if ('signal' in error && typeof error.signal === 'string') return `It was ended by ${error.signal}.`
  if ('exitCode' in error) return `It ended with exit code ${error.exitCode}, outside its tests.`
  return messageOf(error)
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ')
}
