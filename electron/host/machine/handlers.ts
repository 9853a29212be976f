/** Handlers of this machine: its runtime, memory and disk. */
import os from 'node:os'
import { locateRuntime } from '../../engine/runtime/locate.ts'
import type { HandlerContext } from '../handler-context.ts'
import { projectsFolder } from '../projects/projects-folder.ts'
import { packageVersion } from '../version.ts'
import { freeBytesAt } from './free-bytes.ts'

export function machineHandlers({ api, lab }: HandlerContext) {
  return {
    now: api.machine.now.handler(async ({ input }) => ({
      version: packageVersion,
      runtime: runtimeName(),
      memory: {
        totalBytes: os.totalmem(),
        freeBytes: os.freemem(),
        usedByStetBytes: process.memoryUsage.rss() + (await lab.trainer.residentBytes()),
      },
      diskFreeBytes: await freeBytesAt(input.project ?? os.homedir()),
      cores: os.availableParallelism(),
      projectsFolder: projectsFolder(),
    })),
  }
}

function runtimeName(): string {
  const runtime = locateRuntime()
  return runtime.kind === 'wasm' ? 'embedded runtime' : `TensorFlow ${runtime.version}`
}
