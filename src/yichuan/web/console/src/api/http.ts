import { randomId } from '@/lib/ids'
import { reportAnswer, reportSilence } from './connection'
import { takeEarly } from './early'
import { ApiError, isProblemDetails } from './problem'

export const API_BASE = '/api/v1'

export type QueryValue = string | number | boolean | null | undefined
export type Query = Record<string, QueryValue | readonly QueryValue[]>

let csrfToken: string | null = null
let onUnauthorised: () => void = () => undefined

/** The token of the session, from `GET /auth/me`; sent with everything that changes something. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token
}

/** Runs when a session that was good is refused: it ended, or another tab left. */
export function setUnauthorisedHandler(handler: () => void): void {
  onUnauthorised = handler
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * `fetch` for our API: sends the session cookie and the CSRF token, keeps the connection indicator
 * informed, and turns every failure into an `ApiError`. An abort stays an `AbortError`.
 */
export async function apiFetch(request: Request): Promise<Response> {
  const safe = SAFE_METHODS.has(request.method)
  if (!safe && csrfToken !== null) request.headers.set('X-CSRF-Token', csrfToken)
  const startedAt = Date.now()
  let response: Response
  try {
    response = await (takeEarly(request) ?? fetch(request, { credentials: 'same-origin' }))
  } catch (cause) {
    if (request.signal.aborted) throw cause
    reportSilence()
    throw new ApiError('unreachable', 0, {}, safe)
  }
  if (response.status === 502 || response.status === 504) reportSilence()
  else reportAnswer(startedAt)
  if (response.ok) return response
  const error = await refusal(response, safe)
  if (response.status === 401 && csrfToken !== null) onUnauthorised()
  throw error
}

async function refusal(response: Response, safe: boolean): Promise<ApiError> {
  try {
    const body: unknown = await response.json()
    if (isProblemDetails(body)) return new ApiError('answered', response.status, body, safe)
  } catch {
    // Not JSON: a proxy's error page. Fall through.
  }
  return new ApiError('unreadable', response.status, {}, safe)
}

export function buildUrl(path: string, query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as readonly QueryValue[]) : [value as QueryValue]) {
      if (one !== null && one !== undefined && one !== '') params.append(key, String(one))
    }
  }
  const text = params.toString()
  return text === '' ? API_BASE + path : `${API_BASE}${path}?${text}`
}

export interface RequestOptions {
  query?: Query
  signal?: AbortSignal
  /** For every POST that creates or pays; `true` makes a new one. Keep it across retries. */
  idempotencyKey?: string | true
}

async function send(
  method: string,
  path: string,
  body: unknown,
  { query, signal, idempotencyKey }: RequestOptions,
): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json' })
  if (idempotencyKey !== undefined) {
    headers.set('Idempotency-Key', idempotencyKey === true ? randomId() : idempotencyKey)
  }
  const isFile = body instanceof FormData || body instanceof Blob
  if (body !== undefined && !isFile) headers.set('Content-Type', 'application/json')
  const payload = body === undefined ? undefined : isFile ? body : JSON.stringify(body)
  return apiFetch(new Request(buildUrl(path, query), { method, headers, body: payload, signal }))
}

async function sendForJson<T>(
  method: string,
  path: string,
  body: unknown,
  options: RequestOptions = {},
): Promise<T> {
  const response = await send(method, path, body, options)
  if (response.status === 204) return undefined as T
  try {
    return (await response.json()) as T
  } catch {
    throw new ApiError('unreadable', response.status, {}, SAFE_METHODS.has(method))
  }
}

/**
 * Calls by path, typed by the caller. Prefer the generated client (`openapi.ts`), whose types come
 * from the server's own document; this one serves signing in, files and what the document lacks.
 */
export const http = {
  get: <T>(path: string, options?: RequestOptions) => sendForJson<T>('GET', path, undefined, options),
  post: <T>(path: string, body?: unknown, options?: RequestOptions) =>
    sendForJson<T>('POST', path, body, options),
  put: <T>(path: string, body?: unknown, options?: RequestOptions) =>
    sendForJson<T>('PUT', path, body, options),
  patch: <T>(path: string, body?: unknown, options?: RequestOptions) =>
    sendForJson<T>('PATCH', path, body, options),
  delete: <T = void>(path: string, options?: RequestOptions) =>
    sendForJson<T>('DELETE', path, undefined, options),
  /** A file: label, export, document. */
  blob: async (path: string, options: RequestOptions = {}) =>
    (await send('GET', path, undefined, options)).blob(),
}
