/** If these break, a page shows the wrong reason for a failure, or hides one. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connection } from '@/api/connection'
import { buildUrl, http, setCsrfToken, setUnauthorisedHandler } from '@/api/http'
import { ApiError, isTransient } from '@/api/problem'
import { errorStory } from '@/ui/errorText'

const sent: Request[] = []

function answer(status: number, body?: unknown): void {
  const respond = (request: Request) => {
    sent.push(request)
    const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
    return Promise.resolve(new Response(status === 204 ? null : text, { status }))
  }
  vi.stubGlobal('fetch', respond)
}

async function failure(call: Promise<unknown>): Promise<ApiError> {
  return call.then(
    () => {
      throw new Error('did not fail')
    },
    (error: unknown) => error as ApiError,
  )
}

beforeEach(() => {
  sent.length = 0
  // Requests need a whole address outside of a browser.
  const Native = globalThis.Request
  vi.stubGlobal(
    'Request',
    class extends Native {
      constructor(url: string, init?: RequestInit) {
        super(new URL(url, 'http://hub.test'), init)
      }
    },
  )
})
afterEach(() => {
  vi.unstubAllGlobals()
  setCsrfToken(null)
})

describe('a call', () => {
  it('leaves out what was not asked and repeats what was asked twice', () => {
    expect(buildUrl('/shipments', { q: '', courier: ['SF', 'ZTO'], limit: 50, hold: false, x: null })).toBe(
      '/api/v1/shipments?courier=SF&courier=ZTO&limit=50&hold=false',
    )
  })

  it('takes the answer to what was asked before the code was here, once', async () => {
    answer(200, { late: true })
    const early = { '/api/v1/a?by=x': Promise.resolve(Response.json({ early: true })) }
    vi.stubGlobal('window', { yichuanAsked: early })
    expect(await http.get('/a', { query: { by: 'y' } })).toEqual({ late: true })
    expect(await http.get('/a', { query: { by: 'x' } })).toEqual({ early: true })
    expect(await http.get('/a', { query: { by: 'x' } })).toEqual({ late: true })
  })

  it('carries the CSRF token when it changes something, and only then', async () => {
    answer(200, {})
    setCsrfToken('t0ken')
    await http.get('/a')
    await http.post('/b', { x: 1 }, { idempotencyKey: 'once' })
    expect(sent.map((request) => request.headers.get('X-CSRF-Token'))).toEqual([null, 't0ken'])
    expect(sent[1]?.headers.get('Idempotency-Key')).toBe('once')
    expect(await sent[1]?.json()).toEqual({ x: 1 })
  })

  it('takes an empty answer for nothing', async () => {
    answer(204)
    expect(await http.post('/auth/logout')).toBeUndefined()
  })
})

describe('a failure', () => {
  it('speaks the server’s words in the reader’s language', async () => {
    answer(409, { code: 'waybill_spent', title: 'Already used', title_zh: '单号已使用', status: 409 })
    const error = await failure(http.post('/waybills'))
    expect(error).toMatchObject({ kind: 'answered', status: 409, code: 'waybill_spent', safe: false })
    expect(errorStory(error, 'zh-CN').happened).toBe('单号已使用')
    expect(errorStory(error, 'en-US').happened).toBe('Already used')
    expect(isTransient(error)).toBe(false)
  })

  it('does not promise that a lost write did nothing', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')))
    const read = await failure(http.get('/shipments'))
    const write = await failure(http.post('/waybills'))
    expect(errorStory(read, 'en-US').safe).toContain('No data was changed')
    expect(errorStory(write, 'en-US').safe).toContain('may or may not')
    expect(connection.get().state).toBe('lost')
    expect(isTransient(write)).toBe(true)
  })

  it('sees through a proxy’s page', async () => {
    answer(502, '<html>Bad gateway</html>')
    const error = await failure(http.get('/shipments'))
    expect(error).toMatchObject({ kind: 'unreadable', status: 502 })
  })

  it('tells when a session ended, but not when somebody only mistyped', async () => {
    const ended = vi.fn()
    setUnauthorisedHandler(ended)
    answer(401, { code: 'unauthenticated', title: 'Sign in' })
    await failure(http.post('/auth/login', {}))
    expect(ended).not.toHaveBeenCalled()
    setCsrfToken('t0ken')
    await failure(http.get('/shipments'))
    expect(ended).toHaveBeenCalledOnce()
  })
})
