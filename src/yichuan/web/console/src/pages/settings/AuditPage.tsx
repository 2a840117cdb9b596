import { useMemo } from 'react'
import { Link } from 'react-router'
import { api, type Schema, unwrap } from '@/api/client'
import { useMessages } from '@/i18n'
import { type Column, DataTable, type ListQuery, WIDTH } from '@/table'
import { TimeAgo } from '@/ui'
import { actionWords, detailWords } from './auditWords'
import { SettingsPage } from './SettingsPage'
import { words } from './words'

type Row = Schema<'AuditView'>

const rowId = (row: Row) => row.id

function load({ cursor, limit }: ListQuery, signal: AbortSignal) {
  return unwrap(api.GET('/api/v1/audit-log', { params: { query: { cursor: cursor || undefined, limit } }, signal }))
}

type Words = Readonly<Record<string, string>>

const named = (words: Words, code: string) => words[code] ?? code

function detailText(detail: Row['detail'], words: Words): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => `${named(words, key)}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ')
}

/** Where the thing an act was done to is found. */
const PAGES: Readonly<Record<string, (id: string) => string>> = {
  order: (id) => `/orders/${id}`,
  bill: (id) => `/costs/bills/${id}`,
  merchant: (id) => `/merchants/${id}`,
}

const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

function Target({ row }: { row: Row }) {
  const t = useMessages(words)
  const target = row.target ?? ''
  if (!ID.test(target)) return <>{target}</>
  const to = PAGES[row.action.split('.')[0] ?? '']?.(target)
  return to === undefined ? <code title={target}>…{target.slice(-8)}</code> : <Link to={to}>{t.openThing}</Link>
}

/** Who did or saw what; nothing here can be changed. */
export function Component() {
  const t = useMessages(words)
  const actions = useMessages(actionWords)
  const details = useMessages(detailWords)
  const columns = useMemo<Column<Row>[]>(
    () => [
      { key: 'at', title: t.time, width: WIDTH.time, always: true, card: 'title', render: (row) => <TimeAgo at={row.at} /> },
      { key: 'who', title: t.who, width: WIDTH.courier, render: (row) => row.actor_name },
      { key: 'action', title: t.what, width: WIDTH.number, card: 'state', render: (row) => named(actions, row.action) },
      { key: 'target', title: t.which, width: 190, render: (row) => <Target row={row} /> },
      { key: 'detail', title: t.more, width: 420, wrap: true, render: (row) => detailText(row.detail, details) },
    ],
    [t, actions, details],
  )
  return (
    <SettingsPage>
      <DataTable<Row>
        name="audit"
        rowId={rowId}
        columns={columns}
        load={load}
        empty={{ title: t.noAudit, how: t.noAuditHow }}
      />
    </SettingsPage>
  )
}
