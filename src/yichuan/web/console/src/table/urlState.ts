import { DENSITIES, type ListState } from './types'

export const DEFAULT_LIMIT = 50
export const LIMITS = [20, 50, 100, 200] as const

/** Names a filter cannot have. */
export const RESERVED = ['q', 'sort', 'cursor', 'page', 'limit', 'cols', 'density', 'id'] as const

function numberIn(text: string | null, fallback: number, accept: (n: number) => boolean): number {
  const value = Number(text)
  return text !== null && Number.isInteger(value) && accept(value) ? value : fallback
}

function listIn(text: string | null): string[] {
  return (text ?? '').split(',').filter((part) => part !== '')
}

/** Commas separate values, so a comma inside one is written as `%2C` before the URL's own escaping. */
const escape = (value: string) => value.replaceAll('%', '%25').replaceAll(',', '%2C')
/** Values of a filter as the URL has them. */
export const writeValues = (values: readonly string[]) => values.map(escape).join(',')
const unescape = (value: string) => value.replaceAll('%2C', ',').replaceAll('%25', '%')

/** The state of a list from a URL's query. Unknown keys and bad values are passed over. */
export function readListState(params: URLSearchParams, filterKeys: readonly string[]): ListState {
  const filters: Record<string, readonly string[]> = {}
  for (const key of filterKeys) {
    const values = listIn(params.get(key)).map(unescape)
    if (values.length > 0) filters[key] = values
  }
  const cursor = params.get('cursor') ?? ''
  return {
    filters,
    q: params.get('q') ?? '',
    sort: params.get('sort') ?? '',
    cursor,
    page: cursor === '' ? 1 : numberIn(params.get('page'), 2, (n) => n > 1),
    limit: numberIn(params.get('limit'), DEFAULT_LIMIT, (n) => LIMITS.some((limit) => limit === n)),
    columns: listIn(params.get('cols')),
    density: DENSITIES.find((density) => density === params.get('density')) ?? '',
    id: params.get('id') ?? '',
  }
}

/**
 * Writes the state into a query. What is as usual is left out, so that links stay short; keys that
 * are not the list's own are kept.
 */
export function writeListState(
  state: ListState,
  filterKeys: readonly string[],
  into: URLSearchParams = new URLSearchParams(),
): URLSearchParams {
  const params = new URLSearchParams(into)
  const put = (key: string, value: string) => {
    if (value === '') params.delete(key)
    else params.set(key, value)
  }
  for (const key of filterKeys) put(key, writeValues(state.filters[key] ?? []))
  put('q', state.q)
  put('sort', state.sort)
  put('cursor', state.cursor)
  put('page', state.cursor === '' ? '' : String(state.page))
  put('limit', state.limit === DEFAULT_LIMIT ? '' : String(state.limit))
  put('cols', state.columns.join(','))
  put('density', state.density)
  put('id', state.id)
  return params
}

/** A change of what is asked begins again at the first page and closes the drawer. */
export function narrowed(state: ListState, change: Partial<ListState>): ListState {
  return { ...state, ...change, cursor: '', page: 1, id: '' }
}

export function withFilter(state: ListState, key: string, values: readonly string[]): ListState {
  const { [key]: _dropped, ...others } = state.filters
  return narrowed(state, { filters: values.length > 0 ? { ...others, [key]: values } : others })
}

/** Compares what two states ask for, whatever page and row they stand at. */
export function sameQuestion(one: ListState, other: ListState): boolean {
  const key = (state: ListState) =>
    JSON.stringify([Object.entries(state.filters).sort(), state.q, state.sort])
  return key(one) === key(other)
}
