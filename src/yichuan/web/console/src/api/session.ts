import { queryOptions } from '@tanstack/react-query'
import { api, type Schema, unwrap } from './client'
import { setCsrfToken } from './http'
import { ApiError } from './problem'

export type Me = Schema<'Me'>
export type Role = Me['role']

async function loadMe(signal: AbortSignal): Promise<Me | null> {
  try {
    const me = await unwrap(api.GET('/api/v1/auth/me', { signal }))
    setCsrfToken(me.csrf_token)
    return me
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      setCsrfToken(null)
      return null
    }
    throw error
  }
}

/** Who is signed in; `null` when nobody is. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => loadMe(signal),
  staleTime: 5 * 60_000,
})

export async function signIn(username: string, password: string): Promise<void> {
  await api.POST('/api/v1/auth/login', { body: { username, password } })
}

export async function signOut(): Promise<void> {
  await api.POST('/api/v1/auth/logout')
  setCsrfToken(null)
}
