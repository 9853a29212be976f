/** Reports what a training run does before its first step: native compilation blocks this process for minutes. */
import type { Hooks } from '../../contract/events.ts'
import { onCompiling } from '../../engine/runtime/compile.ts'
import { runtime } from '../../engine/runtime/runtime.ts'

/**
 * @param programs those that are compiled up to the first step
 * @returns hooks for the run, and `end`, to call when it ends in any way
 */
export function reportStart({ emit, signal }: Hooks, programs: readonly string[]) {
  const foreseen = runtime().compiles ? programs.length : 0
  let number = 0
  const of = () => (number > foreseen ? null : foreseen)
  const computing = () => emit({ type: 'starting', at: { stage: 'computing', compiled: number, of: of() } })
  const end = onCompiling((program, moment) => {
    if (moment === 'ended') return computing()
    number++
    emit({ type: 'starting', at: { stage: 'compiling', program, number, of: of() } })
  })
  computing()
  const hooks: Hooks = {
    emit(event) {
      if (event.type === 'step') end()
      emit(event)
    },
    signal,
  }
  return { hooks, end }
}
