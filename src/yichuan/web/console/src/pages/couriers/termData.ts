import { queryOptions } from '@tanstack/react-query'
import { api, type Schema, unwrap } from '@/api/client'
import { buildUrl, http } from '@/api/http'
import { type ListQuery, saveUrl } from '@/table'

export type TermWish = Schema<'TermRequest'>['term']
export type TermKind = TermWish['kind']
export type Term = Schema<'TermPage'>['items'][number]
export type TermOf<Kind extends TermKind> = Extract<Term, { kind: Kind }>
export type Suspension = TermOf<'suspensions'>
type Import = Schema<'ImportView'>

/** The kinds in the order of their tabs. */
export const TERM_KINDS = ['areas', 'suspensions', 'goods', 'cutoffs', 'real_names', 'traits', 'compensation'] as const

export const termsName = (kind: TermKind) => `terms-${kind}`

export function loadTerms(kind: TermKind, { cursor, limit, q, filters }: ListQuery, signal: AbortSignal) {
  const one = (key: string) => filters[key]?.[0]
  return unwrap(
    api.GET('/api/v1/terms/{kind}', {
      params: {
        path: { kind },
        query: {
          cursor: cursor || undefined,
          limit,
          q: q || undefined,
          courier: one('courier'),
          state: one('state') as 'current' | undefined,
          merchant_id: one('merchant_id'),
        },
      },
      signal,
    }),
  )
}

export interface SaveTerm {
  id: string | undefined
  merchant_id: string | undefined
  term: TermWish
}

export function saveTerm({ id, merchant_id, term }: SaveTerm): Promise<Term> {
  const body = { term, merchant_id }
  if (id === undefined) return unwrap(api.POST('/api/v1/terms', { body }))
  const path = { kind: term.kind, term_id: id }
  return unwrap(api.PUT('/api/v1/terms/{kind}/{term_id}', { params: { path }, body }))
}

export function removeTerm({ kind, id }: Term) {
  return unwrap(api.DELETE('/api/v1/terms/{kind}/{term_id}', { params: { path: { kind, term_id: id } } }))
}

export function endSuspension(id: string) {
  const params = { path: { suspension_id: id } }
  return unwrap(api.POST('/api/v1/terms/suspensions/{suspension_id}/end', { params }))
}

export const heldUpQuery = (id: string) =>
  queryOptions({
    queryKey: ['suspension', id, 'shipments'],
    queryFn: ({ signal }) => {
      const params = { path: { suspension_id: id }, query: { limit: 200 } }
      return unwrap(api.GET('/api/v1/terms/suspensions/{suspension_id}/shipments', { params, signal }))
    },
  })

export function exportTerms(kind: TermKind): void {
  saveUrl(buildUrl(`/terms/${kind}/export.csv`), `${kind}.csv`)
}

export function importTerms(kind: TermKind, file: File): Promise<Import> {
  const body = new FormData()
  body.append('kind', kind)
  body.append('file', file)
  return http.post<Import>('/imports', body)
}

export function askReach(query: { address: string; goods: string }) {
  return unwrap(api.GET('/api/v1/reach', { params: { query } }))
}
