import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { DetailSkeleton, EmptyState, ErrorState, Panel, PlainTable, TimeAgo } from '@/ui'
import { HookDrawer } from './HookDrawer'
import { HookForm } from './HookForm'
import { HookLimits } from './HookLimits'
import { HookState } from './HookState'
import { SecretOnce } from './SecretOnce'
import { SettingsPage } from './SettingsPage'
import { type Endpoint, hooksQuery, type Made } from './webhookData'
import styles from './webhooks.module.css'
import { webhookWords } from './webhookWords'
import { words } from './words'

/** Where events are sent; the signing secret is shown once. */
export function Component() {
  const t = useMessages(webhookWords)
  const area = useMessages(words)
  const [asking, setAsking] = useState(false)
  const [made, setMade] = useState<Made>()
  const [search, setSearch] = useSearchParams()
  const hooks = useQuery(hooksQuery)
  const open = (id: string) => setSearch(id === '' ? {} : { open: id }, { replace: true })
  const shown = hooks.data?.items.find(({ id }) => id === search.get('open'))
  return (
    <SettingsPage
      action={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAsking(true)}>
          {t.newHook}
        </Button>
      }
    >
      {made && <SecretOnce secret={made.secret} />}
      <Panel title={area.webhooks} flush>
        {hooks.data ? (
          <Hooks rows={hooks.data.items} onOpen={open} />
        ) : hooks.isError ? (
          <ErrorState error={hooks.error} onRetry={() => void hooks.refetch()} />
        ) : (
          <DetailSkeleton />
        )}
      </Panel>
      {useMe().role === 'operator' && <HookLimits />}
      {asking && <HookForm onClose={() => setAsking(false)} onMade={setMade} />}
      {shown && <HookDrawer hook={shown} onClose={() => open('')} />}
    </SettingsPage>
  )
}

function Hooks({ rows, onOpen }: { rows: readonly Endpoint[]; onOpen: (id: string) => void }) {
  const t = useMessages(webhookWords)
  return (
    <PlainTable
      caption={t.url}
      rows={rows}
      rowId={(row) => row.id}
      empty={<EmptyState title={t.noHooks} how={t.noHooksHow} />}
      columns={[
        {
          key: 'url',
          title: t.url,
          render: (row) => (
            <button type="button" className={styles.url} onClick={() => onOpen(row.id)}>
              {row.url}
            </button>
          ),
        },
        {
          key: 'events',
          title: t.events,
          render: (row) => row.event_types.map((type) => t.types[type]).join('、') || t.allEvents,
        },
        { key: 'created', title: t.created, render: (row) => <TimeAgo at={row.created_at} /> },
        { key: 'state', title: t.state, render: (row) => <HookState hook={row} /> },
        {
          key: 'acts',
          title: t.acts,
          render: (row) => (
            <Button size="small" onClick={() => onOpen(row.id)}>
              {t.open}
            </Button>
          ),
        },
      ]}
    />
  )
}
