/** Python's string methods and printed values in templates, against Jinja2 (make_templates.py and make_printed.py in test/golden). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Template } from '@huggingface/jinja'
import { callPythonStrings, stringFunctions } from '../../../electron/engine/tokenizer/python-template.ts'
import { readGolden } from '../../golden.ts'

interface GoldenTemplates {
  texts: string[]
  expressions: { expression: string; results: string[] }[]
}

const { texts, expressions } = readGolden<GoldenTemplates>('templates.json')

function evaluate(expression: string, text: string): unknown {
  const template = new Template(`{{ (${expression}) | tojson }}`)
  callPythonStrings(template)
  return JSON.parse(template.render({ ...stringFunctions, text }))
}

for (const { expression, results } of expressions) {
  test(`${expression} is what Jinja2 makes of it`, () => {
    for (const [i, text] of texts.entries())
      assert.deepEqual(evaluate(expression, text), JSON.parse(results[i]!), JSON.stringify(text))
  })
}

test('a method of strings on another value is refused', () => {
  assert.throws(() => evaluate('nothing.strip()', ''), /called on something that is not a string/)
  assert.throws(() => evaluate("text.split('')", 'a'), /empty separator/)
  assert.throws(() => evaluate("text.index('b')", 'a'), /substring not found/)
})

const { variables, cases } = readGolden<{
  variables: Record<string, unknown>
  cases: { template: string; text: string }[]
}>('printed.json')

for (const { template: source, text } of cases)
  test(`${source} prints what Jinja2 prints`, () => {
    const template = new Template(source)
    callPythonStrings(template)
    assert.equal(template.render({ ...stringFunctions, ...variables }), text)
  })
