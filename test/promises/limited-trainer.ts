/** The trainer, in a process that may only grow by the megabytes in TRAINER_MAY_GROW. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const status = readFileSync('/proc/self/status', 'utf8')
const size = Number(/^VmData:\s+(\d+) kB/m.exec(status)![1]) * 1024
const limit = size + Number(process.env.TRAINER_MAY_GROW) * 1e6
execFileSync('prlimit', ['--pid', `${process.pid}`, `--data=${limit}`])
await import('../../electron/trainer/main.ts')
