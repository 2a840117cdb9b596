import createClient from 'openapi-fetch'
import { apiFetch } from './http'
import type { components, paths } from './schema'

/**
 * The API, typed by the server's own document (`npm run api` renews `schema.d.ts`):
 *
 *     const page = await unwrap(api.GET('/api/v1/shipments', { params: { query }, signal }))
 *
 * Cookie, CSRF token, errors and the connection indicator are `apiFetch`'s business.
 */
export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? 'http://localhost',
  fetch: apiFetch,
})

/** A thing the API answers with: `Schema<'ShipmentRow'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

/** The answer's body; failures were already thrown as `ApiError`. */
export async function unwrap<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}
