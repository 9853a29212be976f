/**
 * What Stet reads from GGUF files, for `check_gguf.py`: one JSON line per file with the SHA-256 of each tensor's
 * float32 values, or the error.
 *
 *     node native/bootstrap.mjs test/interop/gguf.ts FILE…
 */
import { createHash } from 'node:crypto'
import { openGguf } from '../../electron/engine/formats/gguf.ts'

for (const file of process.argv.slice(2)) console.log(JSON.stringify(describe(file)))

function describe(file: string): { error: string } | { tensors: Record<string, string> } {
  try {
    const gguf = openGguf(file)
    const hashes = [...gguf.tensors.keys()].map((name): [string, string] => [
      name,
      createHash('sha256').update(gguf.readTensor(name)).digest('hex'),
    ])
    return { tensors: Object.fromEntries(hashes) }
  } catch (error) {
    return { error: (error as Error).message }
  }
}
