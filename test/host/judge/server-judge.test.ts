/** A judge on a server: fast, tolerant of failures, and never repeating a call. */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobEvent } from '../../../electron/contract/events.ts'
import { JudgeServerOptions } from '../../../electron/contract/judge.ts'
import type { JudgePair } from '../../../electron/contract/records.ts'
import { evaluate } from '../../../electron/host/judge/evaluate.ts'
import { serverJudge } from '../../../electron/host/judge/server-judge.ts'
import { createProject, listEvaluations, listUnreadReplies } from '../../../electron/storage/index.ts'
import { temporaryFolder } from '../entry/cli-process.ts'

interface Asked {
  headers: IncomingMessage['headers']
  body: {
    model: string
    messages: { role: string; content: string }[]
    temperature?: number
    max_tokens?: number
    max_completion_tokens?: number
  }
}

type Behaviour = (asked: Asked, response: ServerResponse, call: number) => void | Promise<void>

const project = await createProject(path.join(temporaryFolder(), 'p.stet'), 'p')
after(() => project.close())

function say(response: ServerResponse, content: string, finish = 'stop'): void {
  response.setHeader('Content-Type', 'application/json')
  const usage = { prompt_tokens: 10, completion_tokens: 1 }
  response.end(JSON.stringify({ choices: [{ message: { content }, finish_reason: finish }], usage }))
}

/** Prefers the answer that says "good". */
const sensible: Behaviour = ({ body }, response) => {
  const text = body.messages.at(-1)!.content
  say(response, text.search(/good \d/) < text.search(/bad \d/) ? 'A' : 'B')
}

async function stub(behaviour: Behaviour) {
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString())
    asked.push(body.messages.at(-1).content)
    await behaviour({ headers: request.headers, body }, response, asked.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }
}

function pairsOf(count: number): JudgePair[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `p${i}`,
    item: `item${i}`,
    seed: null,
    prompt: [{ role: 'user' as const, content: `Question ${i}?` }],
    context: '',
    outputA: { text: `bad ${i}`, ended: true },
    outputB: { text: `good ${i}`, ended: true },
  }))
}

function judging(
  name: string,
  address: string,
  pairs: JudgePair[],
  options: object = {},
  { signal = new AbortController().signal, key }: { signal?: AbortSignal; key?: string } = {},
) {
  const events: JobEvent[] = []
  const judge = serverJudge({ server: address, model: 'stub' }, JudgeServerOptions.parse(options), key)
  const comparison = { name, settings: { name }, judge, pairs, seed: 1 }
  const result = evaluate(project.db, comparison, { emit: (event) => events.push(event), signal })
  return { events, result }
}

const notesOf = (events: JobEvent[]) =>
  events.flatMap((event) => (event.type === 'note' ? [event.sentence] : []))

/**
 * Asks without a pause, as often at once as the judge does, and beside it, so that a busy machine holds up both alike.
 * @returns the number of replies when it is stopped
 */
async function bareClient(address: string, concurrency: number, signal: AbortSignal): Promise<number> {
  let replies = 0
  const body = JSON.stringify({ model: 'stub', messages: [{ role: 'user', content: 'good 1 bad 1' }] })
  const askOn = async () => {
    while (!signal.aborted) {
      await (await fetch(`${address}/chat/completions`, { method: 'POST', body })).json()
      replies++
    }
  }
  await Promise.all(Array.from({ length: concurrency }, askOn))
  return replies
}

test('805 pairs in both orders are judged at the pace of a client that only asks', async (t) => {
  const slow: Behaviour = async (call, response, n) => {
    await sleep(50)
    await sensible(call, response, n)
  }
  const { asked, address } = await stub(slow)
  const other = await stub(slow)
  const done = new AbortController()
  const { concurrency } = JudgeServerOptions.parse({})
  const began = performance.now()
  const { events, result } = judging('805 pairs', address, pairsOf(805))
  const bare = bareClient(other.address, concurrency, done.signal)
  const { summary } = await result.finally(() => done.abort())
  const seconds = (performance.now() - began) / 1000
  const ratio = (await bare) / asked.length
  t.diagnostic(`${seconds.toFixed(1)} s; the other client had ${ratio.toFixed(2)} times as many replies`)
  assert.equal(asked.length, 1610)
  assert.ok(ratio < 1.5, `the other client had ${ratio} times as many replies`)
  assert.deepEqual([summary.winRate, summary.n, summary.inconsistency, summary.unread], [100, 805, 0, 0])
  const notes = notesOf(events).join(' ')
  assert.match(notes, /1610 calls to http.*tokens in total/)
  assert.match(notes, /16100 input and 1610 output tokens/)
})

test('stopping and resuming repeats no call', async () => {
  const { asked, address } = await stub(async (call, response, n) => {
    await sleep(5)
    await sensible(call, response, n)
    if (n === 60) stop.abort()
  })
  const stop = new AbortController()
  const first = judging('stopped', address, pairsOf(100), {}, { signal: stop.signal })
  await assert.rejects(first.result, { name: 'AbortError' })
  const before = asked.length
  assert.ok(before >= 60 && before < 80, `${before} calls before the stop`)
  const { summary } = await judging('stopped', address, pairsOf(100)).result
  assert.equal(summary.n, 100)
  assert.equal(new Set(asked).size, 200)
  assert.equal(asked.length, 200)
})

test('a call is retried if the server fails, is busy, drops the connection or returns garbage', async () => {
  const trouble: Behaviour[] = [
    (_, response) => void response.writeHead(500).end('oops'),
    (_, response) => void response.writeHead(429, { 'Retry-After': '0' }).end(),
    (_, response) => {
      response.writeHead(200, { 'Content-Length': '500' })
      response.write('{"choices": [{"mess')
      setTimeout(() => response.destroy(), 5)
    },
    (_, response) => void response.end('<html>'),
  ]
  const { asked, address } = await stub((call, response, n) =>
    (trouble[n - 1] ?? sensible)(call, response, n),
  )
  const { summary } = await judging('troubled', address, pairsOf(6)).result
  assert.deepEqual([summary.winRate, summary.n], [100, 6])
  assert.equal(asked.length, 16)
})

test('a call that hangs is retried after the time-out', async () => {
  const { address } = await stub((call, response, n) => (n === 1 ? undefined : sensible(call, response, n)))
  const { summary } = await judging('hanging', address, pairsOf(3), { timeoutSeconds: 0.3 }).result
  assert.equal(summary.n, 3)
})

test('a server that keeps failing gives an error, and earlier verdicts are kept', async () => {
  const { asked, address } = await stub((call, response, n) =>
    n <= 10 ? sensible(call, response, n) : void response.writeHead(503).end('loading'),
  )
  const options = { retries: 1, concurrency: 1 }
  const sentence = /answered 503: loading \(2 times\).*verdicts so far are saved/
  await assert.rejects(judging('given up', address, pairsOf(20), options).result, sentence)
  assert.equal(asked.length, 12)
  const healthy = await stub(sensible)
  const { summary } = await judging('given up', healthy.address, pairsOf(20)).result
  assert.equal(summary.n, 20)
  assert.equal(healthy.asked.length, 30)
})

test('a refused key is reported at once, and a valid one is sent', async () => {
  const { asked, address } = await stub((call, response, n) =>
    call.headers.authorization === 'Bearer right'
      ? sensible(call, response, n)
      : void response.writeHead(401).end(),
  )
  await assert.rejects(
    judging('key', address, pairsOf(3), { concurrency: 1 }, { key: 'wrong' }).result,
    /STET_JUDGE_KEY/,
  )
  assert.equal(asked.length, 1)
  const { summary } = await judging('key', address, pairsOf(3), {}, { key: 'right' }).result
  assert.equal(summary.n, 3)
})

test('a reply that is not a verdict is stored unchanged and counted, never guessed at, and requested again only with more room', async () => {
  const { asked, address } = await stub((call, response, n) => {
    const { content } = call.body.messages.at(-1)!
    if (content.includes('Question 1?')) say(response, 'Both have their merits.')
    else if (content.includes('Question 2?')) say(response, 'A', 'length')
    else if (content.includes('Question 3?')) response.writeHead(400).end('too long')
    else return sensible(call, response, n)
  })
  const { summary } = await judging('unread', address, pairsOf(8)).result
  assert.deepEqual([summary.n, summary.unread, summary.winRate], [5, 6, 100])
  assert.match(summary.warnings.join(' '), /6 replies of the judge were not verdicts/)
  assert.equal(asked.length, 17, 'the first reply that was cut off is asked for once more')
  const evaluation = listEvaluations(project.db).findLast(({ name }) => name === 'unread')!
  const kept = listUnreadReplies(project.db, evaluation.id).map(({ rawReply }) => rawReply)
  assert.equal(kept.filter((reply) => reply === 'Both have their merits.').length, 2)
})

test('a judge that never gives a verdict ends with an error', async () => {
  const { address } = await stub((_, response) => say(response, 'Hard to say.'))
  await assert.rejects(
    judging('mute', address, pairsOf(2)).result,
    /None of the judge's 4 replies was a verdict/,
  )
})

test('a judge that always says A is inconsistent on every pair, and every pair is a tie', async () => {
  const { address } = await stub((_, response) => say(response, 'A'))
  const { summary } = await judging('always A', address, pairsOf(10)).result
  assert.deepEqual([summary.winRate, summary.inconsistency, summary.ties], [50, 1, 10])
  assert.match(summary.warnings.join(' '), /changed its verdict with the order/)
})

test('calls start no faster than the limit allows', async () => {
  const times: number[] = []
  const { address } = await stub((call, response, n) => {
    times.push(performance.now())
    return sensible(call, response, n)
  })
  const began = performance.now()
  await judging('paced', address, pairsOf(4), { requestsPerMinute: 1200 }).result
  const took = times.at(-1)! - began
  assert.ok(took >= 7 * 50 - 20, `8 calls in ${took} ms`)
})

/** A refusal in the form of OpenAI. */
function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code: null } }))
}

/** Refuses what OpenAI's reasoning models refuse, in the order in which they do. */
const reasoning: Behaviour = (call, response, n) => {
  const { max_tokens: older, temperature } = call.body
  if (older !== undefined)
    refuse(
      response,
      400,
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    )
  else if (temperature !== undefined)
    refuse(response, 400, "Unsupported value: 'temperature' does not support 0 with this model.")
  else return sensible(call, response, n)
}

test('a reasoning model that refuses max_tokens and temperature is asked as it wants, after two refusals in all', async () => {
  const bodies: Asked['body'][] = []
  const { asked, address } = await stub((call, response, n) => {
    bodies.push(call.body)
    return reasoning(call, response, n)
  })
  const { summary } = await judging('reasoning', address, pairsOf(12)).result
  assert.deepEqual([summary.winRate, summary.n, summary.unread], [100, 12, 0])
  assert.equal(asked.length, 24 + 2)
  assert.ok(bodies.slice(2).every((body) => body.max_completion_tokens! > 0 && !('temperature' in body)))
})

test('a server that knows neither name of the limit is asked without one', async () => {
  const { asked, address } = await stub((call, response, n) => {
    const known = ['model', 'messages', 'temperature']
    const other = Object.keys(call.body).find((key) => !known.includes(key))
    if (other !== undefined) refuse(response, 422, `Extra inputs are not permitted: ${other}`)
    else return sensible(call, response, n)
  })
  const { summary } = await judging('strict', address, pairsOf(4)).result
  assert.deepEqual([summary.n, asked.length], [4, 8 + 2])
})

test('a refusal that is not about a question ends the job at the first call, with the server’s sentence', async () => {
  const cases: [number, string, RegExp][] = [
    [400, 'The model `gpt-9` does not exist.', /answered 400: The model `gpt-9` does not exist\./],
    [
      404,
      'model "stub" not found, try pulling it first',
      /answered 404: model "stub" not found, try pulling it first/,
    ],
    [400, 'Billing hard limit has been reached', /Billing hard limit has been reached/],
  ]
  for (const [i, [status, message, sentence]] of cases.entries()) {
    const { asked, address } = await stub((_, response) => refuse(response, status, message))
    await assert.rejects(judging(`refused ${i}`, address, pairsOf(40)).result, sentence)
    assert.equal(asked.length, 1, 'no call is repeated, and no other question asked')
  }
})

test('a server that begins to refuse everything is not asked for long', async () => {
  const { asked, address } = await stub((call, response, n) =>
    n <= 4 ? sensible(call, response, n) : refuse(response, 400, 'Your credit is used up.'),
  )
  const result = judging('used up', address, pairsOf(60), { concurrency: 1 }).result
  await assert.rejects(result, /Your credit is used up\..*verdicts so far are saved/)
  assert.equal(asked.length, 4 + 11)
})

test('a first question that is too long is left unread, and the others are judged', async () => {
  const { address } = await stub((call, response, n) =>
    n === 1
      ? refuse(response, 400, "This model's maximum context length is 4096 tokens.")
      : sensible(call, response, n),
  )
  const { summary } = await judging('first too long', address, pairsOf(5)).result
  assert.equal(summary.unread, 1)
})

test('reasoning is not the verdict: in a field, in parts, or in the text', async () => {
  const replies: ((letter: string) => object)[] = [
    (letter) => ({ content: letter, reasoning_content: 'A or B? A is nicer.' }),
    (letter) => ({ content: `<think>\nSurely A.\nA\n</think>\n\n${letter}` }),
    (letter) => ({
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'A' }] },
        { type: 'text', text: letter },
      ],
    }),
  ]
  const { address } = await stub(({ body }, response, n) => {
    const text = body.messages.at(-1)!.content
    const letter = text.search(/good \d/) < text.search(/bad \d/) ? 'A' : 'B'
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ choices: [{ message: replies[n % 3]!(letter), finish_reason: 'stop' }] }))
  })
  const { summary } = await judging('thinking', address, pairsOf(9)).result
  assert.deepEqual([summary.winRate, summary.n, summary.unread], [100, 9, 0])
})

test('reasoning that uses up the limit gets more room, once', async () => {
  const limits: number[] = []
  const { address } = await stub((call, response, n) => {
    limits.push(call.body.max_tokens!)
    if (call.body.max_tokens! <= 1024) say(response, '', 'length')
    else return sensible(call, response, n)
  })
  const { summary } = await judging('more room', address, pairsOf(5)).result
  assert.deepEqual([summary.n, summary.unread], [5, 0])
  assert.deepEqual(limits.slice(0, 2), [16, 256])
  assert.deepEqual([limits[2]! > 1024, new Set(limits.slice(2)).size, limits.length], [true, 1, 12])
})

test('one word is asked for; a judge that explains first gets the room for it, once', async () => {
  const limits: number[] = []
  const { address } = await stub((call, response, n) => {
    limits.push(call.body.max_tokens!)
    if (call.body.max_tokens! < 200) say(response, 'Let me think about', 'length')
    else return sensible(call, response, n)
  })
  const { summary } = await judging('explains', address, pairsOf(3)).result
  assert.deepEqual([summary.n, summary.unread], [3, 0])
  assert.deepEqual(limits, [16, 1024, 1024, 1024, 1024, 1024, 1024])
  const words: number[] = []
  const { address: brief } = await stub((call, response, n) => {
    words.push(call.body.max_tokens!)
    return sensible(call, response, n)
  })
  await judging('brief', brief, pairsOf(2)).result
  assert.deepEqual(words, [16, 16, 16, 16])
})
