/**
 * A thread that ends its process as soon as the process that started it has ended, and gives that process a sign of
 * life, also while a native call keeps the main thread busy.
 */
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

/** The pipe to the host for signs of life; none if the process was started without one. */
const pulse = Number(process.env.STET_PULSE_DESCRIPTOR ?? 0)

const host: number = workerData

function hostIsGone(): boolean {
  if (process.ppid !== host) return true
  try {
    process.kill(host, 0)
    return false
  } catch {
    return true
  }
}

function beat(): void {
  if (pulse === 0) return
  try {
    writeSync(pulse, '.')
  } catch {
    // The pipe is full because the host is busy: what it has not read yet is sign enough.
  }
}

setInterval(() => {
  if (hostIsGone()) process.kill(process.pid, 'SIGKILL')
  beat()
}, 200)
