/** The values on a command line as the input of a verb. It is the same for every verb: fields are the contract's. */
import { type Field, readTexts, setAt } from '../../../contract/fields.ts'

/** The values on the command line by field; other fields are not in the map. */
export type FieldValues = Map<Field, string | boolean | string[]>

/** What a field is called in messages. */
export function optionName({ name, positional, value }: Field): string {
  return positional === null ? `--${name}` : value
}

/**
 * @param readConfig gives the parsed content of a config file
 * @returns the input as the contract takes it; ranges and required fields are the contract's to check
 * @throws UserError that names the option whose text can't be read
 */
export function toInput(values: FieldValues, readConfig: (file: string) => object): object {
  const input: Record<string, unknown> = {}
  for (const [field, value] of values) {
    if (field.kind === 'file') setAt(input, field.path, readConfig(String(value)))
  }
  for (const [field, value] of values) {
    if (field.kind === 'file') continue
    const read = typeof value === 'boolean' ? value : readTexts(field, [value].flat(), optionName(field))
    setAt(input, field.path, read)
  }
  return input
}
