import type { Schema } from './client'

/** One page of a list, as every list of the API answers. */
export interface CursorPage<Row> {
  items: Row[]
  /** Where the next page begins; absent or null on the last. */
  next_cursor?: string | null
  /** Rows under these filters, where the server can say so cheaply. */
  total?: number | null
}

/** Money as the API carries it: integer minor units (fen for CNY). */
export type MoneyValue = Schema<'Money'>
