/** Weights in Python's pickle format can run code when they are opened, so they never are: not even to look at them. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { after, test } from 'node:test'
import { openModelSource } from '../../../../electron/engine/model/sources/model-source.ts'
import { openRows } from '../../../../electron/pipeline/data/read.ts'
import { temporaryFolder } from '../../formats/weight-bytes.ts'

const folder = temporaryFolder()
const golden = path.resolve(import.meta.dirname, '../../../golden')

/** Every file that is opened from here on. */
const opened: string[] = []
const original = {
  openSync: fs.openSync,
  readFileSync: fs.readFileSync,
  createReadStream: fs.createReadStream,
}
for (const name of ['openSync', 'readFileSync', 'createReadStream'] as const)
  Reflect.set(fs, name, (file: string, ...more: never[]) => {
    opened.push(String(file))
    return Reflect.apply(original[name], fs, [file, ...more])
  })
syncBuiltinESMExports()
after(() => {
  Object.assign(fs, original)
  syncBuiltinESMExports()
})

/** What `torch.save` of an object with `__reduce__` would make: `os.system("touch …")`. */
const malicious = Buffer.from(
  '\x80\x02cposix\nsystem\nq\x00X\x05\x00\x00\x00touchq\x01\x85q\x02Rq\x03.',
  'latin1',
)

for (const name of ['pytorch_model.bin', 'model.pt', 'model.pth', 'consolidated.00.pth', 'adapter_model.bin'])
  test(`${name} is not opened, and the message says what to use`, () => {
    const model = path.join(folder, name)
    const isAdapter = name.startsWith('adapter')
    fs.cpSync(path.join(golden, isAdapter ? 'adapters/score' : 'llama-tied'), model, { recursive: true })
    for (const weights of ['model.safetensors', 'adapter_model.safetensors'])
      fs.rmSync(path.join(model, weights), { force: true })
    fs.writeFileSync(path.join(model, name), malicious)
    opened.length = 0
    assert.throws(() => openModelSource(model), { code: /bad_input|not_found/, message: /safetensors/ })
    assert.ok(opened.length > 0, 'other files are')
    assert.ok(!opened.some((file) => file.endsWith(name)), opened.join())
  })

test('a pickle is refused as data by its first bytes', async () => {
  for (const version of [2, 3, 4, 5]) {
    const file = path.join(folder, `rows-${version}.jsonl`)
    fs.writeFileSync(file, Buffer.concat([Buffer.of(0x80, version), malicious.subarray(2)]))
    await assert.rejects(openRows(file), {
      code: 'bad_input',
      message: /is a Python pickle, which Stet cannot read/,
    })
  }
})
