/** A thread that ends its process as soon as the process that started it has ended. */
import { workerData } from 'node:worker_threads'

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

setInterval(() => {
  if (hostIsGone()) process.kill(process.pid, 'SIGKILL')
}, 200)
