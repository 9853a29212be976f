/**
 * Makes the template library call Python's string methods, of which it knows few and ignores most arguments, and print
 * values as Python does (`True`, `None`, `['a']`). Calls in a parsed template, `x.lstrip('\n')`, become calls of functions
 * that are passed with the variables, and so does what it prints.
 */
import type { Template } from '@huggingface/jinja'
import { isObject, type JsonObject } from './json.ts'
import { type Arguments, stringMethods, titleFilter } from './python-strings.ts'
import { printed } from './python-values.ts'

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
const printName = 'print()'

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
        method(String(text), readArguments(args)),
  ),
  // In a list, because the library unpacks arguments, and 1.0 would become 1.
  [printName]: (list) => printed((list as unknown[])[0]),
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
    for (const key of bodies) if (Array.isArray(node[key])) node[key] = node[key].map(printing)
    if (node.type === 'CallExpression') callMethod(node)
    else if (node.type === 'FilterExpression') callFilter(node)
    else if (node.type === 'BinaryExpression') joinAsText(node)
  })
}

/** Keys of nodes that hold statements, among which an expression is printed. */
const bodies = ['body', 'alternate', 'defaultBlock']

const printedExpressions = new Set(
  ['Member', 'Call', 'Binary', 'Filter', 'Test', 'Unary', 'Slice', 'Select']
    .map((name) => `${name}Expression`)
    .concat(['Identifier', 'Ternary', 'ArrayLiteral', 'TupleLiteral', 'ObjectLiteral']),
)

function printing(node: unknown): unknown {
  if (!isObject(node) || !printedExpressions.has(String(node.type))) return node
  return asCall(printName, [listOf(node)])
}

function asCall(name: string, args: unknown[]): JsonObject {
  return { type: 'CallExpression', callee: { type: 'Identifier', value: name }, args }
}

function listOf(node: unknown): JsonObject {
  return { type: 'ArrayLiteral', value: [node] }
}

/** `a ~ b` joins what would be printed. */
function joinAsText(node: JsonObject): void {
  if (!isObject(node.operator) || node.operator.value !== '~') return
  node.left = printing(node.left)
  node.right = printing(node.right)
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
  if (!isObject(name) || typeof name.value !== 'string') return
  if (name.value === 'string') {
    Object.assign(node, asCall(printName, [listOf(node.operand)]))
    delete node.operand
    delete node.filter
    return
  }
  if (!Object.hasOwn(stringFilters, name.value)) return
  const args = filter.type === 'CallExpression' && Array.isArray(filter.args) ? filter.args : []
  name.value = filterName(name.value)
  node.type = 'CallExpression'
  node.callee = name
  node.args = [printing(node.operand), ...args]
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
