/** Checks whether the compiled runtime can be tested here, and lets it compile small functions quickly. */
import { type TestContext, test } from 'node:test'
import { locateRuntime } from '../../electron/engine/runtime/locate.ts'
import { openRuntime } from '../../electron/engine/runtime/runtime.ts'

/**
 * @returns false after skipping the test if there is no compiled runtime; with CI=true that is an error
 */
export function compiledRuntimeOrSkip(t: TestContext): boolean {
  const location = locateRuntime()
  if (location.kind === 'tensorflow') return true
  const sentence = `There is no compiled runtime here: ${location.reason}`
  if (process.env.CI === 'true') throw new Error(sentence)
  t.skip(sentence)
  return false
}

/**
 * XLA_FLAGS that turn off the optimisation of machine code and the fusion emitters, which lower each kernel through MLIR:
 * compilation takes a third of the time without the one, and half of that without the other. The steps of these tests
 * are short.
 */
export const quickCompilation = '--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false'

/** Opens this clone's runtime with {@link quickCompilation}. */
export async function openQuicklyCompilingRuntime(): Promise<void> {
  process.env.XLA_FLAGS ??= quickCompilation
  await openRuntime()
}

/** A test that needs the compiled runtime, and is skipped without it. */
export function compiledTest(title: string, run: () => void | Promise<void>): void {
  test(title, async (t) => {
    if (!compiledRuntimeOrSkip(t)) return
    await openQuicklyCompilingRuntime()
    await run()
  })
}
