import { BellOutlined, ClockCircleFilled, ExclamationCircleFilled, InfoCircleFilled } from '@ant-design/icons'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Badge, Button, Drawer, Popover } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, type Schema, unwrap } from '@/api/client'
import { useLocale, useMessages } from '@/i18n'
import { DetailSkeleton, EmptyState, ErrorState, errorTitle, IconButton, TimeAgo } from '@/ui'
import styles from './TopBar.module.css'
import { shellWords } from './words'

type Alert = Schema<'AlertView'>

const SHOWN = 30

const alertsQuery = queryOptions({
  queryKey: ['alerts'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/alerts', { params: { query: { limit: SHOWN } }, signal })),
  refetchInterval: 30_000,
})

function useMarkRead() {
  const client = useQueryClient()
  const locale = useLocale()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: (ids: string[] | null) => unwrap(api.POST('/api/v1/alerts/read', { body: { ids } })),
    onSettled: () => client.invalidateQueries(alertsQuery),
    onError: (error) => message.error(errorTitle(error, locale)),
  })
}

/** What needs somebody now: a number at the bell, the list behind it. */
export function AlertsBell({ phone }: { phone: boolean }) {
  const t = useMessages(shellWords)
  const [open, setOpen] = useState(false)
  const unread = useQuery(alertsQuery).data?.unread ?? 0
  const bell = (
    <Badge count={unread} size="small" offset={[-8, 8]}>
      <IconButton
        size="large"
        label={unread > 0 ? t.alertsCount(unread) : t.alerts}
        icon={<BellOutlined />}
        onClick={phone ? () => setOpen(true) : undefined}
      />
    </Badge>
  )
  const list = <AlertList onGo={() => setOpen(false)} />
  if (phone) {
    return (
      <>
        {bell}
        <Drawer open={open} onClose={() => setOpen(false)} placement="bottom" size="70vh" title={t.alerts}>
          {list}
        </Drawer>
      </>
    )
  }
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      title={t.alerts}
      content={<div className={styles.popup}>{list}</div>}
    >
      {bell}
    </Popover>
  )
}

function AlertList({ onGo }: { onGo: () => void }) {
  const t = useMessages(shellWords)
  const alerts = useQuery(alertsQuery)
  const mark = useMarkRead()
  if (alerts.isPending) return <DetailSkeleton lines={3} />
  if (alerts.data === undefined) {
    return <ErrorState error={alerts.error} onRetry={() => void alerts.refetch()} compact />
  }
  const { items, unread } = alerts.data
  if (items.length === 0) return <EmptyState compact title={t.noAlerts} how={t.noAlertsHow} />
  return (
    <div className={styles.alerts}>
      {unread > 0 && (
        <Button type="link" size="small" loading={mark.isPending} onClick={() => mark.mutate(null)}>
          {t.readAll}
        </Button>
      )}
      {items.map((alert) => (
        <AlertLine
          key={alert.id}
          alert={alert}
          onGo={() => {
            if (alert.read_at === null) mark.mutate([alert.id])
            onGo()
          }}
        />
      ))}
    </div>
  )
}

function AlertLine({ alert, onGo }: { alert: Alert; onGo: () => void }) {
  const locale = useLocale()
  const [tone, Icon] =
    alert.severity >= 3
      ? (['broken', ExclamationCircleFilled] as const)
      : alert.severity === 2
        ? (['risk', ClockCircleFilled] as const)
        : (['moving', InfoCircleFilled] as const)
  return (
    <Link to={alert.link} className={`${styles.alert} ${alert.read_at === null ? '' : styles.read}`} onClick={onGo}>
      <Icon className={styles[tone]} />
      <span>{locale === 'zh-CN' ? alert.title_zh : alert.title_en}</span>
      <small>
        <TimeAgo at={alert.created_at} />
      </small>
    </Link>
  )
}
