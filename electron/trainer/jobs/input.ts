/** A run's frozen input rows. */
import { readFile } from 'node:fs/promises'
import { parseJson } from '../../contract/parse-json.ts'
import { RunInputRow } from '../../contract/records.ts'

/** Lines end with a line feed alone: JSON text may contain U+2028, which `readline` treats as the end of a line. */
export async function readInputRows(file: string): Promise<RunInputRow[]> {
  const lines = (await readFile(file, 'utf8')).split('\n')
  return lines.flatMap((line) => (line === '' ? [] : [RunInputRow.parse(parseJson(line))]))
}
