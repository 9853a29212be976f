/** Rows of a family's parameter table: norms, tables and linear layers under both of their names. */
import type { LinearLayout, Parameter } from './family.ts'

/** Hugging Face's and llama.cpp's name of a module, without `.weight` or `.bias`. */
export type ModuleNames = readonly [name: string, ggufName: string]

function parameter(
  [name, ggufName]: ModuleNames,
  kind: 'weight' | 'bias',
  shape: number[],
  role: Parameter['role'],
): Parameter {
  return { name: `${name}.${kind}`, ggufName: `${ggufName}.${kind}`, shape, role, isRotated: false }
}

/** A table of (rows, C), such as the embedding. */
export function table(
  names: ModuleNames,
  role: 'vocabulary' | 'positions',
  shape: [rows: number, size: number],
): Parameter {
  return parameter(names, 'weight', shape, role)
}

/** RMSNorm: a gain (C), which may be stored less one. */
export function rmsNormParameters(
  names: ModuleNames,
  size: number,
  role: Parameter['role'] = 'gain',
): Parameter[] {
  return [parameter(names, 'weight', [size], role)]
}

/** LayerNorm: a gain and a bias, (C) each. */
export function layerNormParameters(names: ModuleNames, size: number): Parameter[] {
  return [parameter(names, 'weight', [size], 'gain'), parameter(names, 'bias', [size], 'bias')]
}

export interface LinearSize {
  input: number
  output: number
  bias: boolean
  writesResidual?: boolean
  isRotated?: boolean
}

/** A linear layer: its matrix, and a bias (out) if it has one. */
export function linearParameters(names: ModuleNames, layout: LinearLayout, size: LinearSize): Parameter[] {
  const { input, output, bias, writesResidual = false, isRotated = false } = size
  const shape = layout === 'out-in' ? [output, input] : [input, output]
  const weight = { ...parameter(names, 'weight', shape, writesResidual ? 'residual' : 'linear'), isRotated }
  return bias ? [weight, { ...parameter(names, 'bias', [output], 'bias'), isRotated }] : [weight]
}
