import type { Concerns } from '@/live'
import type { ComponentType, ReactNode } from 'react'
import type { CursorPage } from '@/api/page'

export const DENSITIES = ['compact', 'cosy', 'roomy'] as const
export type Density = (typeof DENSITIES)[number]

/** The whole state of a list, as it stands in the URL. */
export interface ListState {
  /** Filter key to chosen values; a key without values is absent. */
  filters: Readonly<Record<string, readonly string[]>>
  q: string
  /** `created_at` ascending, `-created_at` descending; empty for the server's own order. */
  sort: string
  /** Where this page begins; empty for the first. */
  cursor: string
  /** The page's number, for the reader; the server knows cursors only. */
  page: number
  limit: number
  /** Shown columns in order; empty for the page's own choice. */
  columns: readonly string[]
  /** Empty for the reader's own habit. */
  density: Density | ''
  /** The row whose details are open. */
  id: string
}

/** What a page asks its server for. */
export interface ListQuery {
  filters: Readonly<Record<string, readonly string[]>>
  q: string
  sort: string
  cursor: string
  limit: number
}

export interface Column<Row> {
  key: string
  title: string
  render: (row: Row) => ReactNode
  /** Pixels; every column has a width, so that a wide table scrolls instead of squeezing. */
  width: number
  align?: 'right' | 'center'
  /** Lets long contents go on in a second line instead of cutting them. */
  wrap?: boolean
  /** The server sorts by this name; `true` for the column's key. */
  sort?: string | true
  /** Not shown until chosen. */
  hidden?: boolean
  /** Cannot be hidden: the first column, as a rule. */
  always?: boolean
  /** Its place on the card that a phone shows instead of a row; `line` unless said otherwise. */
  card?: 'title' | 'state' | 'line' | 'none'
}

export interface FilterOption {
  value: string
  label: string
}

interface FilterBase {
  key: string
  label: string
  /** Behind "more filters" until it is used. */
  more?: boolean
}

export type Filter = FilterBase &
  (
    | { kind: 'choice'; options: readonly FilterOption[]; single?: boolean }
    /** Too many to list: asks once it is opened, while typing, and for the names of chosen values. */
    | {
        kind: 'lookup'
        /** Said of a word that finds nothing. */
        nothing?: (text: string) => string
        single?: boolean
        search: (text: string, signal: AbortSignal) => Promise<readonly FilterOption[]>
        resolve: (values: readonly string[], signal: AbortSignal) => Promise<readonly FilterOption[]>
      }
    | { kind: 'text'; placeholder?: string }
    /** Days in the couriers' zone: `7d`, `today`, `2026-03-01..2026-03-07`, `..2026-03-07`. */
    | { kind: 'dates' }
    | { kind: 'flag' }
  )

export interface RowResult {
  id: string
  ok: boolean
  /** What the row is called in the result list: its number. */
  label: string
  /** What happened; for a refusal the reason. */
  message?: string
  code?: string
}

export interface BulkAction<Row> {
  key: string
  label: string
  icon?: ReactNode
  danger?: boolean
  primary?: boolean
  /** A question before it runs; `undefined` runs at once. */
  confirm?: (rows: readonly Row[]) => string | undefined
  /** Why it cannot run on these rows; `undefined` when it can. */
  blocked?: (rows: readonly Row[]) => string | undefined
  /** Acts and answers per row: one success never hides a failure. */
  run: (
    rows: readonly Row[],
    progress: (done: number) => void,
  ) => Promise<readonly RowResult[]>
}

export interface RowAction<Row> {
  key: string
  label: string
  icon?: ReactNode
  danger?: boolean
  disabled?: boolean
  run: (row: Row) => void | Promise<void>
}

export interface PresetView {
  key: string
  label: string
  filters?: Readonly<Record<string, readonly string[]>>
  sort?: string
  /** Rows under it, where known. */
  count?: number
}

export interface DetailProps<Row> {
  id: string
  /** The row the drawer was opened from; absent when it was opened by its link. */
  row: Row | undefined
}

export interface Detail<Row> {
  /** The drawer's heading. */
  title: (props: DetailProps<Row>) => ReactNode
  /** Loads by `id` and shows the thing; used in the drawer and on its own page alike. */
  body: ComponentType<DetailProps<Row>>
  /** The full page of the same thing. */
  path: (id: string) => string
  extra?: (props: DetailProps<Row>) => ReactNode
  width?: number
}

export interface DataTableProps<Row> {
  /** Unique per list: names the query, the saved views and the keys in this browser. */
  name: string
  columns: readonly Column<Row>[]
  rowId: (row: Row) => string
  load: (query: ListQuery, signal: AbortSignal) => Promise<CursorPage<Row>>
  filters?: readonly Filter[]
  /** Placeholder of the search field; without it there is none. */
  searchHint?: string
  views?: readonly PresetView[]
  defaultSort?: string
  bulkActions?: readonly BulkAction<Row>[]
  rowActions?: (row: Row) => readonly RowAction<Row>[]
  detail?: Detail<Row>
  /** Exports exactly what is shown: these filters, this order, these columns. */
  onExport?: (query: ListQuery, columns: readonly string[]) => Promise<void>
  empty: { title: string; how: ReactNode; actions?: ReactNode }
  /** Colours a row's edge where it needs an eye. */
  rowTone?: (row: Row) => 'risk' | 'broken' | undefined
  /** Asks the server again this often, in milliseconds, while the page is looked at. */
  refreshEvery?: number
  /** Counts changes of shipments beside the list while they happen; those that it shows. */
  live?: Concerns
  /** Sends the search field's Enter elsewhere first: `true` when it dealt with the text. */
  onSearch?: (text: string) => boolean | Promise<boolean>
}
