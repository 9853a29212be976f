/**
 * Progress of a long verb on stderr: a bar with rate and remaining time on a terminal, elsewhere a line every few
 * seconds. Notes get separate lines.
 */
import { type Params, SingleBar } from 'cli-progress'
import type { JobEvent, StartStage } from '../../../contract/events.ts'
import { wordsOfProgram } from '../../../contract/program-words.ts'
import { runKinds } from '../../../contract/run-kinds/index.ts'
import { compact, duration } from '../../report/numbers.ts'

/** The metrics shown next to the bar, if a step has them. */
const shownMetrics: readonly string[] = [
  ...Object.values(runKinds).map(({ leadingMetric }) => leadingMetric),
  'objective/kl',
  'judge/win_rate',
]

const lineEveryMs = 5000

export interface Progress {
  show(event: JobEvent): void
  /** Removes the bar, so that the next line starts on a clean one. */
  stop(): void
}

interface Position {
  phase: string
  done: number
  total: number
  detail: string
}

/** @param stream where to show it; a bar needs a terminal */
export function startProgress(stream: NodeJS.WriteStream): Progress {
  const display = stream.isTTY ? barOn(stream) : linesOn(stream)
  return {
    show(event) {
      const position = positionOf(event)
      if (position) display.move(position)
      else if (event.type === 'note') display.note(event.sentence)
    },
    stop: () => display.stop(),
  }
}

function positionOf(event: JobEvent): Position | null {
  if (event.type === 'progress') return { ...event, detail: '' }
  if (event.type === 'starting') return startOf(event.at)
  if (event.type !== 'step') return null
  const { step, totalSteps, metrics } = event
  const detail = shownMetrics.flatMap((key) => (key in metrics ? [`${key} ${compact(metrics[key]!)}`] : []))
  return { phase: 'step', done: step, total: totalSteps, detail: detail.join('  ') }
}

/** The number of the program that is being compiled; of opening and computing there is nothing to count. */
function startOf(at: StartStage): Position | null {
  if (at.stage !== 'compiling') return null
  const { number, of, program } = at
  return { phase: 'compiling', done: number, total: of ?? number, detail: wordsOfProgram(program) }
}

interface Display {
  move(position: Position): void
  note(sentence: string): void
  stop(): void
}

/** Work that finishes soon writes nothing. */
function linesOn(stream: NodeJS.WriteStream): Display {
  let pace: Pace | null = null
  let lastLineMs = performance.now()
  const write = (text: string) => stream.write(`${text}\n`)
  return {
    move(position) {
      pace = paceOf(pace, position)
      const isEnd = position.done === position.total && performance.now() - pace.startMs > lineEveryMs
      if (performance.now() - lastLineMs < lineEveryMs && !isEnd) return
      lastLineMs = performance.now()
      write(lineOf(position, pace))
    },
    note: write,
    stop() {},
  }
}

function barOn(stream: NodeJS.WriteStream): Display {
  const format = (_options: object, { progress }: Params, { line }: { line: string }) =>
    `${blocks(progress)} ${line}`
  const bar = new SingleBar({ stream, format, clearOnComplete: true, hideCursor: true, noTTYOutput: false })
  let pace: Pace | null = null
  return {
    move(position) {
      const isFirst = pace === null
      pace = paceOf(pace, position)
      const line = lineOf(position, pace)
      if (isFirst) bar.start(position.total, position.done, { line })
      bar.setTotal(position.total)
      bar.update(position.done, { line })
    },
    note: (sentence) => stream.write(`\r\x1b[K${sentence}\n`),
    stop() {
      if (pace !== null) bar.stop()
    },
  }
}

const barWidth = 24

function blocks(share: number): string {
  const full = Math.round(barWidth * Math.min(1, share))
  return '█'.repeat(full) + '░'.repeat(barWidth - full)
}

/** When the current phase began, and at which step: a resumed run does not begin at the first. */
interface Pace {
  phase: string
  startMs: number
  startDone: number
  /** If the next value is smaller, another run has begun. */
  lastDone: number
}

function paceOf(pace: Pace | null, { phase, done }: Position): Pace {
  if (pace?.phase === phase && done >= pace.lastDone) return { ...pace, lastDone: done }
  return { phase, startMs: performance.now(), startDone: done, lastDone: done }
}

/** `step 12 of 30  1.20/s  15 s left  objective/kl 2.1` */
function lineOf({ phase, done, total, detail }: Position, { startMs, startDone }: Pace): string {
  const seconds = (performance.now() - startMs) / 1000
  const perSecond = (done - startDone) / seconds
  const isKnown = done > startDone && seconds > 0.5
  const rate = isKnown
    ? [perSecond >= 1 ? `${compact(perSecond)}/s` : `${compact(1 / perSecond)} s each`]
    : []
  const left = isKnown && done < total ? [`${duration((total - done) / perSecond)} left`] : []
  return [`${phase} ${amount(done)} of ${amount(total)}`, ...rate, ...left, ...(detail ? [detail] : [])].join(
    '  ',
  )
}

/** Steps as they are; bytes in millions. */
function amount(n: number): string {
  return n < 1e5 ? String(n) : `${(n / 1e6).toFixed(1)} M`
}
