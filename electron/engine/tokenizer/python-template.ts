/**
 * Makes the template library call Python's string methods: it knows few of them, and ignores most of their arguments.
 * Calls in a parsed template, `x.lstrip('\n')`, become calls of functions that are passed with the variables.
 */
import type { Template } from '@huggingface/jinja'
import { isObject, type JsonObject } from './json.ts'
import { type Arguments, stringMethods, titleFilter } from './python-strings.ts'

type Method = (typeof stringMethods)[string]

/** Filters that are methods of strings; Jinja makes other values strings first. */
const stringFilters: Readonly<Record<string, Method>> = {
  trim: stringMethods.strip!,
  capitalize: stringMethods.capitalize!,
  title: titleFilter,
}

/** No template can have such variables. */
const methodName = (method: string) => `str.${method}`
const filterName = (filter: string) => `filter.${filter}`

/** The functions that a template calls after {@link callPythonStrings}, by name. */
export const stringFunctions: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
  ...fromEntries(stringMethods, methodName, (method) => (text, ...args) => {
    if (typeof text === 'string') return method(text, readArguments(args))
    throw new TypeError('a method of strings is called on something that is not a string')
  }),
  ...fromEntries(
    stringFilters,
    filterName,
    (method) =>
      (text, ...args) =>
        method(String(text ?? ''), readArguments(args)),
  ),
}

function fromEntries<T>(
  methods: Readonly<Record<string, Method>>,
  rename: (name: string) => string,
  wrap: (method: Method) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [rename(name), wrap(method)]))
}

/** Changes calls of string methods in a parsed template, in place. */
export function callPythonStrings({ parsed }: Template): void {
  visit(parsed, (node) => {
    if (node.type === 'CallExpression') callMethod(node)
    else if (node.type === 'FilterExpression') callFilter(node)
  })
}

/** `object.method(args)` becomes `method(object, args)`. */
function callMethod(node: JsonObject): void {
  const { callee, args } = node
  if (!isObject(callee) || callee.type !== 'MemberExpression' || callee.computed || !Array.isArray(args))
    return
  const { object, property } = callee
  if (!isObject(property) || typeof property.value !== 'string') return
  if (!Object.hasOwn(stringMethods, property.value)) return
  property.value = methodName(property.value)
  node.callee = property
  node.args = [object, ...args]
}

/** `operand | filter(args)` becomes `method(operand, args)`. */
function callFilter(node: JsonObject): void {
  const filter = node.filter
  if (!isObject(filter)) return
  const name = filter.type === 'CallExpression' ? filter.callee : filter
  if (!isObject(name) || typeof name.value !== 'string' || !Object.hasOwn(stringFilters, name.value)) return
  const args = filter.type === 'CallExpression' && Array.isArray(filter.args) ? filter.args : []
  name.value = filterName(name.value)
  node.type = 'CallExpression'
  node.callee = name
  node.args = [node.operand, ...args]
  delete node.operand
  delete node.filter
}

function visit(value: unknown, use: (node: JsonObject) => void): void {
  if (Array.isArray(value)) {
    for (const each of value) visit(each, use)
  } else if (value instanceof Map) {
    for (const entry of value) visit(entry, use)
  } else if (isObject(value)) {
    use(value)
    for (const each of Object.values(value)) visit(each, use)
  }
}

/** The library passes named arguments as a map after the others, and lists as lists of runtime values. */
function readArguments(args: readonly unknown[]): Arguments {
  const last = args.at(-1)
  const named = last instanceof Map ? last : new Map()
  const values = new Map([...named].map(([key, value]) => [String(key), unwrap(value)]))
  return { positional: (last instanceof Map ? args.slice(0, -1) : args).map(unwrap), named: values }
}

function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap)
  return isObject(value) && 'type' in value && 'value' in value ? unwrap(value.value) : value
}
