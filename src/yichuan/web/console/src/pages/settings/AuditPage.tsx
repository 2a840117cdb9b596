import { useMemo } from 'react'
import { api, type Schema, unwrap } from '@/api/client'
import { useMessages } from '@/i18n'
import { type Column, DataTable, type ListQuery, WIDTH } from '@/table'
import { TimeAgo } from '@/ui'
import { SettingsPage } from './SettingsPage'
import { words } from './words'

type Row = Schema<'AuditView'>

const rowId = (row: Row) => row.id

function load({ cursor, limit }: ListQuery, signal: AbortSignal) {
  return unwrap(api.GET('/api/v1/audit-log', { params: { query: { cursor: cursor || undefined, limit } }, signal }))
}

/** Who did or saw what; nothing here can be changed. */
export function Component() {
  const t = useMessages(words)
  const columns = useMemo<Column<Row>[]>(
    () => [
      { key: 'at', title: t.time, width: WIDTH.time, always: true, card: 'title', render: (row) => <TimeAgo at={row.at} /> },
      { key: 'who', title: t.who, width: WIDTH.courier, render: (row) => row.actor_name },
      { key: 'action', title: t.what, width: WIDTH.number, card: 'state', render: (row) => <code>{row.action}</code> },
      { key: 'target', title: t.which, width: 300, render: (row) => <code>{row.target}</code> },
      {
        key: 'detail',
        title: t.more,
        width: 320,
        wrap: true,
        render: (row) => (Object.keys(row.detail).length > 0 ? JSON.stringify(row.detail) : ''),
      },
    ],
    [t],
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
