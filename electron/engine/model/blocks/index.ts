/** The building blocks of a forward pass: pure functions of tensors, which model families put together. */
export * as tf from '@tensorflow/tfjs-core'
export { attend, splitHeads } from './attention.ts'
export { attentionBiases } from './attention-bias.ts'
export { throughLayers } from './layer-stack.ts'
export { conv1d, embedRows, linear, linears } from './linear.ts'
export { gatedMlp, geluTanh } from './mlp.ts'
export { layerNorm, rmsNorm, rmsNormLessOne } from './norms.ts'
export { rotate, rotationAt } from './rotary.ts'
