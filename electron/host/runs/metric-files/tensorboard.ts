/**
 * Metrics as TensorBoard's event files: TFRecords (a length and data, each with a masked CRC-32C) of `Event` messages in
 * protobuf, with one scalar per metric. Sources: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto
 * and tensorflow/core/framework/summary.proto.
 */
import type { MeasuredStep, MetricFile } from './metric-file.ts'

export const tensorboard: MetricFile = {
  // TensorBoard finds files by `tfevents` in their name, and orders them by name.
  nameIn: (startedAt) => `events.out.tfevents.${Math.floor(startedAt)}.stet`,
  needsKeys: false,
  head: (_keys, startedAt) => record(Buffer.concat([double(1, startedAt), text(3, 'brain.Event:2')])),
  rows: (steps) => Buffer.concat(steps.map((step) => record(stepEvent(step)))),
}

/** Event: wall_time = 1, step = 2, summary = 5. */
function stepEvent({ step, time, values }: MeasuredStep): Buffer {
  const summary = Buffer.concat([...values].map(([key, value]) => bytes(1, scalar(key, value))))
  return Buffer.concat([double(1, time), integer(2, step), bytes(5, summary)])
}

/** Summary.Value: tag = 1, simple_value = 2. */
function scalar(tag: string, value: number): Buffer {
  return Buffer.concat([text(1, tag), float(2, value)])
}

const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 }

function tag(field: number, type: keyof typeof wireTypes): Buffer {
  return varint(field * 8 + wireTypes[type])
}

function double(field: number, value: number): Buffer {
  const data = Buffer.alloc(8)
  data.writeDoubleLE(value)
  return Buffer.concat([tag(field, 'fixed64'), data])
}

function float(field: number, value: number): Buffer {
  const data = Buffer.alloc(4)
  data.writeFloatLE(value)
  return Buffer.concat([tag(field, 'fixed32'), data])
}

/** @param value an integer that is not negative */
function integer(field: number, value: number): Buffer {
  return Buffer.concat([tag(field, 'varint'), varint(value)])
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value))
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([tag(field, 'bytes'), varint(value.length), value])
}

/** Seven bits per byte, the lowest first; all but the last have the eighth bit. */
function varint(value: number): Buffer {
  const parts: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) parts.push((rest % 0x80) + 0x80)
  return Buffer.from([...parts, rest])
}

/** uint64 length, its CRC, the data, its CRC; all little-endian. */
function record(data: Buffer): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(data.length))
  return Buffer.concat([length, maskedCrc(length), data, maskedCrc(data)])
}

function maskedCrc(data: Buffer): Buffer {
  const crc = crc32c(data)
  const masked = Buffer.alloc(4)
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
  return masked
}

/** The reversed polynomial of CRC-32C (Castagnoli). */
const polynomial = 0x82f63b78

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
  return crc
})

/** RFC 3720, appendix B.4. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of data) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
