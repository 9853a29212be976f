/** The verbs `bench` and `doctor`: how fast this machine is, and which runtime it uses. */
import os from 'node:os'
import path from 'node:path'
import type { Hooks } from '../../contract/events.ts'
import type { machineVerbs as contractVerbs } from '../../contract/machine.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { locateRuntime } from '../../engine/runtime/locate.ts'
import { sqliteVersion } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import type { Implements } from '../implements.ts'
import { packageVersion } from '../version.ts'
import { freeBytesAt } from './free-bytes.ts'

function bench({ trainer }: Lab, input: VerbInput<'bench'>, hooks: Hooks): Promise<VerbResult<'bench'>> {
  return trainer.run<'bench'>({ kind: 'bench', ...input }, hooks)
}

async function doctor(
  { trainer }: Lab,
  _input: VerbInput<'doctor'>,
  hooks: Hooks,
): Promise<VerbResult<'doctor'>> {
  const location = locateRuntime()
  const folder = location.kind === 'tensorflow' ? path.dirname(location.addon) : null
  return {
    version: packageVersion,
    runtime: await trainer.run<'runtime'>({ kind: 'runtime' }, hooks),
    speed: await trainer.run<'speed'>({ kind: 'speed' }, hooks),
    cache: folder === null ? null : { folder, freeBytes: await freeBytesAt(folder) },
    node: process.version,
    sqlite: sqliteVersion(),
    platform: `${process.platform}-${process.arch}`,
    cpu: { model: os.cpus()[0]?.model ?? 'unknown', cores: os.availableParallelism() },
    memory: { totalBytes: os.totalmem(), freeBytes: os.freemem() },
  }
}

export const machineVerbs: Implements<typeof contractVerbs> = { bench, doctor }
