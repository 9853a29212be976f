/** The command line, generated from the contract: every verb with its arguments, options and help. */
import { Argument, Command, Option } from 'commander'
import { type Field, fieldsOf, isList, switchFlags, writtenValue } from '../../../contract/fields.ts'
import { listVerbs, type Verb } from '../../../contract/verbs.ts'
import type { FieldValues } from './fields.ts'
import { addServe, type ServeOptions } from './serve-command.ts'

export interface Invocation {
  verb: Verb
  values: FieldValues
  /** Fields of the verb, for naming them in error messages. */
  fields: Field[]
  json: boolean
  verbose: boolean
}

/**
 * @param onVerb called if the command line is that of a verb
 * @param onServe called if it is that of `serve`
 * @returns the program, ready to parse; it throws CommanderError for help, version and bad usage
 */
export function makeProgram(
  version: string,
  onVerb: (invocation: Invocation) => void,
  onServe: (options: ServeOptions) => void,
): Command {
  const program = new Command('stet')
    .description('Align language models from minimal edits.')
    .version(version)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'stet: ')) })
  for (const verb of listVerbs()) addVerb(program, verb, onVerb)
  addServe(program, onServe)
  return program
}

function addVerb(program: Command, verb: Verb, onVerb: (invocation: Invocation) => void): void {
  const fields = fieldsOf(verb.input)
  const command = commandAt(program, verb.name.split(' ')).description(verb.summary)
  const options = new Map<Field, Option>()
  for (const field of fields.filter(({ positional }) => positional !== null))
    command.addArgument(argumentOf(field))
  for (const field of fields.filter(({ positional }) => positional === null)) {
    const [option, ...opposite] = flagsOf(field).map((flag) => optionOf(field, flag))
    options.set(field, option!)
    for (const each of [option!, ...opposite]) command.addOption(each)
  }
  command
    .option('--json', 'Print the result as one JSON document on stdout.')
    .option('--verbose', 'Show the output of the native libraries.')
    .addHelpText('after', `\n${exampleText(verb)}`)
    .action(() => {
      const { json = false, verbose = false } = command.opts<{ json?: boolean; verbose?: boolean }>()
      onVerb({ verb, values: valuesOf(command, fields, options), fields, json, verbose })
    })
}

/** The command at a path; groups of verbs on the way to it are created. */
function commandAt(parent: Command, [name, ...rest]: string[]): Command {
  const existing = parent.commands.find((command) => command.name() === name)
  const command = existing ?? parent.command(name!)
  if (rest.length === 0) return command
  const group = listVerbs().filter((verb) => verb.name.startsWith(`${name} `))
  const description = `${name} ${group.map((verb) => verb.name.slice(name!.length + 1)).join(' | ')}`
  return commandAt(command.description(description).helpCommand(false), rest)
}

function argumentOf({ value, kind, required, description, choices }: Field): Argument {
  const name = kind === 'texts' ? `${value}...` : value
  const argument = new Argument(required ? `<${name}>` : `[${name}]`, description)
  return choices ? argument.choices(choices) : argument
}

function optionOf(field: Field, flag: string): Option {
  const option = new Option(flag, helpOf(field))
  if (field.required) option.makeOptionMandatory()
  if (isList(field))
    return option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
  return field.choices ? option.choices(field.nullable ? [...field.choices, 'none'] : field.choices) : option
}

/** `--learning-rate <N>`, or the flags of a switch. */
export function flagsOf(field: Field): string[] {
  if (field.kind === 'boolean') return switchFlags(field)
  const more = field.kind === 'texts' || field.kind === 'numbers' ? ',…' : ''
  return [`--${field.name} <${field.value}${more}>`]
}

function helpOf(field: Field): string {
  const choices = field.choices && isList(field) ? ` (choices: ${field.choices.join(', ')})` : ''
  const value = defaultOf(field)
  return `${field.description}${choices}${value ? ` (default: ${value})` : ''}`
}

/** The default as a user would type it; empty if there is nothing worth showing. */
export function defaultOf(field: Field): string {
  return field.kind === 'boolean' ? '' : writtenValue(field, field.default)
}

export function exampleText({ examples }: Verb): string {
  return examples.map((example) => `Example: stet ${example}`).join('\n')
}

/** The values on the command line, without defaults: those are the contract's. */
function valuesOf(command: Command, fields: Field[], options: Map<Field, Option>): FieldValues {
  const values: FieldValues = new Map()
  const positional = fields.filter((field) => field.positional !== null)
  positional.forEach((field, i) => {
    const value: string | string[] | undefined = command.processedArgs[i]
    if (value !== undefined) values.set(field, value)
  })
  for (const [field, option] of options) {
    const key = option.attributeName()
    if (command.getOptionValueSource(key) === 'cli') values.set(field, command.getOptionValue(key))
  }
  return values
}
