/** Damaged adapters: each opens as what its files say, or is refused in a sentence that names the file. */
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { UserError } from '../../../../electron/contract/errors.ts'
import { openSafetensors } from '../../../../electron/engine/formats/safetensors.ts'
import { openModelSource } from '../../../../electron/engine/model/sources/model-source.ts'
import { assertClose } from '../../../golden.ts'
import { temporaryFolder } from '../../formats/weight-bytes.ts'

const golden = path.resolve(import.meta.dirname, '../../../golden')
const folder = temporaryFolder()
const mutants = Number(process.env.STET_ADAPTER_MUTANTS ?? 200)
const [configFile, weightsFile] = ['adapter_config.json', 'adapter_model.safetensors'].map((name) =>
  path.join(folder, name),
) as [string, string]

interface Original {
  base: string
  config: Buffer
  weights: Buffer
}

const originals: Original[] = ['patterns', 'saved-head', 'score', 'conv1d'].map((name) => {
  const read = (file: string) => readFileSync(path.join(golden, 'adapters', name, file))
  const { base } = JSON.parse(read('expected.json').toString()) as { base: string }
  const json = JSON.parse(read('adapter_config.json').toString()) as object
  cpSync(path.join(golden, base), path.join(folder, base), { recursive: true })
  const config = Buffer.from(JSON.stringify({ ...json, base_model_name_or_path: base }, null, 1))
  return { base, config, weights: read('adapter_model.safetensors') }
})

/** Damages one of the files. */
type Mutation = (original: Original) => Partial<Original>

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const at = <T>(values: readonly T[], where: number): T => values[Math.floor(where * values.length)]!

/** Bytes changed up to a place, and the file cut. */
const bytesOf = fc.record({
  changes: fc.array(
    fc.record({ where: share, value: fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0xff)) }),
    {
      minLength: 1,
      maxLength: 5,
    },
  ),
  keep: fc.option(share, { freq: 5 }),
  inHeader: fc.boolean(),
})

function damageBytes(
  whole: Buffer,
  end: number,
  { changes, keep }: typeof bytesOf extends fc.Arbitrary<infer T> ? T : never,
) {
  const bytes = Buffer.from(whole.subarray(0, keep === null ? whole.length : Math.floor(keep * whole.length)))
  for (const { where, value } of changes) {
    const position = Math.floor(where * end)
    if (position < bytes.length) bytes[position] = value
  }
  return bytes
}

const headerEnd = (weights: Buffer) => 8 + Number(weights.readBigUInt64LE())

const inBytes: fc.Arbitrary<Mutation> = fc.oneof(
  bytesOf.map(
    (damage): Mutation =>
      ({ config }) => ({ config: damageBytes(config, config.length, damage) }),
  ),
  bytesOf.map(
    (damage): Mutation =>
      ({ weights }) => ({
        weights: damageBytes(weights, damage.inHeader ? headerEnd(weights) : weights.length, damage),
      }),
  ),
)

const removed = Symbol('removed')
const jsonValue = fc.oneof(
  fc.constantFrom(removed, null, true, false, 0, 1, 2, 3, -1, 0.5, 1e308, '', 'none', 'o_proj', 'all-linear'),
  fc.constantFrom<unknown>([], {}, [0], [1], ['o_proj'], ['down_proj', 3], { o_proj: 2 }, { v_proj: 'x' }, [
    [],
  ]),
  fc.jsonValue(),
)

function withKey(json: Record<string, unknown>, key: string, value: unknown) {
  const { [key]: _, ...others } = json
  return value === removed ? others : { ...others, [key]: value }
}

/** A key of the configuration removed, of another value or type, or a new one. */
const inKeys: fc.Arbitrary<Mutation> = fc
  .record({ where: share, value: jsonValue, added: fc.option(fc.string({ maxLength: 12 }), { freq: 8 }) })
  .map(
    ({ where, value, added }): Mutation =>
      ({ config }) => {
        const json = JSON.parse(config.toString()) as Record<string, unknown>
        const changed = withKey(json, added ?? at(Object.keys(json), where), value)
        return { config: Buffer.from(JSON.stringify(changed)) }
      },
  )

type Entry = { dtype: string; shape: number[] }

/** A tensor of another shape, number format or name, with a header that fits the bytes as long as it can. */
const inTensors: fc.Arbitrary<Mutation> = fc
  .record({
    where: share,
    shape: fc.option(fc.array(fc.nat(50), { maxLength: 3 })),
    isReversed: fc.boolean(),
    dtype: fc.option(fc.constantFrom('I32', 'F16', 'F64', 'BOOL', 'X9'), { freq: 4 }),
    name: fc.option(fc.constantFrom('x', 'lora_A.weight', 'base_model.model.lm_head.weight'), { freq: 4 }),
  })
  .map(
    ({ where, shape, isReversed, dtype, name }): Mutation =>
      ({ weights }) => {
        const end = headerEnd(weights)
        const header = JSON.parse(weights.subarray(8, end).toString()) as Record<string, Entry>
        const tensor = at(
          Object.keys(header).filter((key) => key !== '__metadata__'),
          where,
        )
        const entry = header[tensor]!
        const changed = {
          ...entry,
          dtype: dtype ?? entry.dtype,
          shape: shape ?? (isReversed ? entry.shape.toReversed() : entry.shape),
        }
        const others = withKey(header, tensor, removed)
        const text = Buffer.from(JSON.stringify({ ...others, [name ?? tensor]: changed }))
        const length = Buffer.alloc(8)
        length.writeBigUInt64LE(BigInt(text.length))
        return { weights: Buffer.concat([length, text, weights.subarray(end)]) }
      },
  )

const mutation = fc.oneof({ weight: 2, arbitrary: inBytes }, { weight: 3, arbitrary: inKeys }, inTensors)

const namedBy = (pattern: unknown, layer: string) =>
  Object.entries((pattern ?? {}) as Record<string, number>).find(([name]) =>
    `.${layer}`.endsWith(`.${name}`),
  )?.[1]

/** Checks what opened against W + s B A as the damaged files have them, worked out here in another way. */
function assertRight({ base }: Original): void {
  const source = openModelSource(folder)
  const before = openModelSource(path.join(folder, base))
  const file = openSafetensors(weightsFile)
  const config = JSON.parse(readFileSync(configFile, 'utf8')) as Record<string, number | object>
  for (const name of source.parameters.shapes.keys()) {
    const layer = name.replace(/\.weight$/, '')
    const inFile = (tensor: string) => `base_model.model.${tensor}`
    const start = file.tensors.has(inFile(name))
      ? file.readTensor(inFile(name))
      : before.parameters.read(name)
    const [a, b] = ['A', 'B'].map((factor) => inFile(`${layer}.lora_${factor}.weight`)) as [string, string]
    const expected = [...start]
    if (file.tensors.has(a)) {
      const [rank, input] = file.tensors.get(a)!.shape as [number, number]
      const alpha = namedBy(config.alpha_pattern, layer) ?? Number(config.lora_alpha)
      const scale = config.use_rslora ? alpha / Math.sqrt(rank) : alpha / rank
      const [left, right] = [file.readTensor(b), file.readTensor(a)]
      for (const i of expected.keys()) {
        const [row, column] =
          base === 'gpt2'
            ? [i % (left.length / rank), Math.floor(i / (left.length / rank))]
            : [Math.floor(i / input), i % input]
        for (let r = 0; r < rank; r++)
          expected[i]! += scale * left[row * rank + r]! * right[r * input + column]!
      }
    }
    assertClose(source.parameters.read(name), expected, name, { absolute: 1e-5, relative: 1e-5 })
  }
}

test('mutants of adapters open as what their files say, or are refused in one sentence', (context) => {
  const outcomes = { opened: 0, refused: 0 }
  const property = fc.property(fc.nat(originals.length - 1), mutation, (which, mutate) => {
    const original = originals[which]!
    const { config, weights } = { ...original, ...mutate(original) }
    writeFileSync(configFile, config)
    writeFileSync(weightsFile, weights)
    try {
      const { parameters } = openModelSource(folder)
      for (const name of parameters.shapes.keys()) parameters.read(name)
    } catch (error) {
      assert(error instanceof UserError, error instanceof Error ? error.stack : String(error))
      assert.match(error.message, /adapter_(config\.json|model\.safetensors)/)
      assert.doesNotMatch(error.message, /\n/)
      outcomes.refused++
      return
    }
    assertRight(original)
    outcomes.opened++
  })
  fc.assert(property, { numRuns: mutants, includeErrorInReport: true })
  context.diagnostic(JSON.stringify(outcomes))
  assert.ok(outcomes.opened > mutants / 20 && outcomes.refused > mutants / 3, JSON.stringify(outcomes))
})
