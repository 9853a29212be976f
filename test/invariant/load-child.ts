/** Loads a model and prints the largest resident size of this process, in bytes. */
import { loadModel } from '../../electron/engine/model/sources/load-and-save.ts'
import { openRuntime } from '../../electron/engine/runtime/runtime.ts'

await openRuntime()
const model = loadModel(process.argv[2]!)
console.log(
  JSON.stringify({ bytes: process.resourceUsage().maxRSS * 1024, parameters: model.parameters.size }),
)
