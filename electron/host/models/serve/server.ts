/**
 * The HTTP server of a served model: its routes, who may use it, and how much it takes at once. It answers every request
 * with JSON, errors in OpenAI's form included.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Connections, limitConnections, requestLimits } from '../../connection-limits.ts'
import { listen } from '../../listen.ts'
import { isSameSecret } from '../../same-secret.ts'
import { ApiError, toApiError } from './api-error.ts'
import { type Answer, chat, complete } from './completions.ts'
import { readRequest, requests } from './requests.ts'
import { pool, score } from './rewards.ts'
import type { Served } from './served-model.ts'

export interface ModelServerOptions {
  served: Served
  /** Clients send it as a bearer token. */
  key: string
  /** 0 chooses a free one. */
  port: number
  host: string
}

export interface ModelServer {
  /** What clients call the base address; the routes of vLLM are one level above. */
  url: string
  /** Requests that were answered. */
  readonly requests: number
  close(): Promise<void>
}

/** Far above any real request: about a million tokens of text. */
const maxBodyBytes = 8 * 2 ** 20

/** Rows that may wait for the model; a client that sends more is asked to try again later. */
const maxRows = 1024

type Handler = (served: Served, body: unknown) => Promise<Answer> | Answer

const posts: Record<string, Handler> = {
  '/v1/chat/completions': (served, body) => chat(served, readRequest(requests.chat, body)),
  '/v1/completions': (served, body) => complete(served, readRequest(requests.completion, body)),
  '/pooling': async (served, body) => ({ json: await pool(served, readRequest(requests.pooling, body)) }),
  '/score': async (served, body) => ({ json: await score(served, readRequest(requests.score, body)) }),
}
posts['/v1/score'] = posts['/score']!

/** @throws UserError `conflict` if the port is in use */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const { served, key, host } = options
  const startedAt = Math.floor(Date.now() / 1000)
  let answered = 0
  const server = createServer(requestLimits)
  const connections = limitConnections(server)
  server.on('request', async (request, response) => {
    try {
      await respond(request, response, { served, key, startedAt, connections })
    } catch (error) {
      fail(request, response, toApiError(error))
    }
    answered++
  })
  const port = await listen(server, options.port, host)
  const name = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${name}:${port}/v1`,
    get requests() {
      return answered
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      // Requests in work have been answered with an error by now; a client that does not read it is left.
      const timer = setTimeout(() => server.closeAllConnections(), 1000)
      await closed
      clearTimeout(timer)
    },
  }
}

interface Site {
  served: Served
  key: string
  startedAt: number
  connections: Connections
}

async function respond(request: IncomingMessage, response: ServerResponse, site: Site): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://server')
  checkKey(request, site.key)
  site.connections.trust(request.socket)
  const handler = Object.hasOwn(posts, pathname) ? posts[pathname]! : null
  if (!handler) return await sendJson(response, 200, modelsAt(pathname, request.method, site))
  if (request.method !== 'POST') throw new ApiError(405, `${pathname} takes POST requests only.`)
  const body = await readBody(request)
  checkModel(body, site.served)
  checkLoad(site.served)
  const left = new AbortController()
  response.on('close', () => left.abort())
  await send(response, await handler({ ...site.served, signal: left.signal }, body))
}

/** `/v1/models` and `/v1/models/NAME`. */
function modelsAt(pathname: string, method: string | undefined, { served, startedAt }: Site): object {
  const { name, rows } = served
  const model = {
    id: name,
    object: 'model',
    created: startedAt,
    owned_by: 'stet',
    max_model_len: rows.model.maxPositions,
  }
  const isList = pathname === '/v1/models'
  if (!isList && !pathname.startsWith('/v1/models/')) throw new ApiError(404, `There is no ${pathname} here.`)
  if (method !== 'GET') throw new ApiError(405, `${pathname} takes GET requests only.`)
  if (isList) return { object: 'list', data: [model] }
  const asked = decodeURIComponent(pathname.slice('/v1/models/'.length))
  if (asked !== name) throw noModel(asked, name)
  return model
}

function checkKey({ headers }: IncomingMessage, key: string): void {
  const given = /^Bearer (.*)$/i.exec(headers.authorization ?? '')?.[1]
  if (given !== undefined && isSameSecret(given, key)) return
  const message =
    given === undefined
      ? 'The key is missing: send it as "Authorization: Bearer KEY". It was shown when the server started.'
      : 'The key is wrong. The right one was shown when the server started.'
  throw new ApiError(401, message, { code: 'invalid_api_key' })
}

/** A request for another model must not be answered by this one. */
function checkModel(body: unknown, { name }: Served): void {
  const { model } = Object(body)
  if (typeof model === 'string' && model !== name) throw noModel(model, name)
}

function noModel(asked: string, name: string): ApiError {
  const message = `The model "${asked}" is not served here. This server has "${name}".`
  return new ApiError(404, message, { param: 'model', code: 'model_not_found' })
}

function checkLoad({ rows }: Served): void {
  if (rows.count < maxRows) return
  throw new ApiError(429, `${rows.count} texts are waiting for the model. Try again later.`, {
    type: 'rate_limit_error',
    code: 'queue_full',
  })
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > maxBodyBytes)
      throw new ApiError(
        413,
        `The body is larger than ${maxBodyBytes / 2 ** 20} MiB. Send fewer texts at a time.`,
      )
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    throw new ApiError(400, `The body is not valid JSON: ${(error as Error).message}`)
  }
}

async function send(response: ServerResponse, answer: Answer): Promise<void> {
  if ('json' in answer) return sendJson(response, 200, answer.json)
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-cache' })
  try {
    for await (const event of answer.events) await write(response, JSON.stringify(event))
    await write(response, '[DONE]')
  } catch (error) {
    await write(response, JSON.stringify(toApiError(error).body))
  }
  response.end()
}

/** Waits if the client reads slowly. */
async function write(response: ServerResponse, data: string): Promise<void> {
  if (response.destroyed || response.write(`data: ${data}\n\n`)) return
  await Promise.race([once(response, 'drain'), once(response, 'close')])
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}

/** The rest of a request that is refused before it was read is not read. */
function fail(request: IncomingMessage, response: ServerResponse, error: ApiError): void {
  if (response.destroyed || response.headersSent) return
  if (!request.complete) response.setHeader('Connection', 'close')
  if (error.status === 429) response.setHeader('Retry-After', '1')
  if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
  sendJson(response, error.status, error.body)
}
