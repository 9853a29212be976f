/** Leaked tensors, on this clone's runtime. */
import { openQuicklyCompilingRuntime } from './compiled.ts'
import { testLeaks } from './leaks.ts'

testLeaks(openQuicklyCompilingRuntime)
