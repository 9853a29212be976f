/** Small dense linear systems (a few unknowns) for the regressions in this folder. */
import assert from 'node:assert/strict'

/** Inverse of a square matrix by Gauss–Jordan elimination with partial pivoting. Fails on a singular matrix. */
export function invert(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))])
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let i = column + 1; i < n; i++) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i
    }
    const pivotRow = rows[pivot]!
    rows[pivot] = rows[column]!
    rows[column] = pivotRow
    const scale = pivotRow[column]!
    assert(scale !== 0, 'The matrix to invert is singular.')
    for (let j = 0; j < 2 * n; j++) pivotRow[j]! /= scale
    for (let i = 0; i < n; i++) {
      const row = rows[i]!
      const factor = i === column ? 0 : row[column]!
      for (let j = 0; j < 2 * n; j++) row[j]! -= factor * pivotRow[j]!
    }
  }
  return rows.map((row) => row.slice(n))
}

/** Product of a matrix with a column vector. */
export function multiply(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, x, j) => sum + x * vector[j]!, 0))
}
