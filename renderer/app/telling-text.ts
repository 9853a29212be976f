/** Many items may share one instruction: then their responses show which is which. */
interface Row {
  prompt: string
  response: string
}

/** @returns the prompt of a row of a list, or its response if a neighbour has the same prompt */
export function tellingText(rowAt: (index: number) => Row | undefined, index: number): string | undefined {
  const row = rowAt(index)
  const isRepeated = [index - 1, index + 1].some((near) => row && rowAt(near)?.prompt === row.prompt)
  return isRepeated ? row?.response : row?.prompt
}
