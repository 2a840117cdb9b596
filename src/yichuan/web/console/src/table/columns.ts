import type { Column } from './types'

/** The columns to show, in the order the URL or the page itself gives; `always` ones cannot go. */
export function chosenColumns<Row>(
  columns: readonly Column<Row>[],
  keys: readonly string[],
): readonly Column<Row>[] {
  if (keys.length === 0) return columns.filter((column) => !column.hidden)
  const byKey = new Map(columns.map((column) => [column.key, column]))
  const chosen = keys.flatMap((key) => byKey.get(key) ?? [])
  const forced = columns.filter((column) => column.always && !chosen.includes(column))
  return [...forced, ...chosen]
}

/** What the URL must hold for a choice; nothing where it is the page's own. */
export function columnKeys<Row>(
  columns: readonly Column<Row>[],
  chosen: readonly Column<Row>[],
): readonly string[] {
  const usual = chosenColumns(columns, [])
  const same = usual.length === chosen.length && usual.every((column, i) => column === chosen[i])
  return same ? [] : chosen.map((column) => column.key)
}

export function sortName<Row>(column: Column<Row>): string | undefined {
  return column.sort === true ? column.key : column.sort
}
