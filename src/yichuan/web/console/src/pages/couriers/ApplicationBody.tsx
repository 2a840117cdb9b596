import { CheckCircleOutlined, ClockCircleOutlined, CloseCircleOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Space } from 'antd'
import { useState } from 'react'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import type { Tone } from '@/theme/palette'
import { CourierTag, DetailSkeleton, ErrorState, Facts, PageStack, Panel, TimeAgo } from '@/ui'
import { Chip, type ChipIcon } from '@/ui/Chip'
import { GrantDialog, RefuseDialog } from './ApplicationDialogs'
import { type Application, applicationQuery } from './applicationData'
import { applicationWords } from './applicationWords'

const LOOKS: Record<Application['state'], { tone: Tone; icon: ChipIcon }> = {
  open: { tone: 'risk', icon: ClockCircleOutlined },
  granted: { tone: 'done', icon: CheckCircleOutlined },
  refused: { tone: 'waiting', icon: CloseCircleOutlined },
}

/** Where an application stands. */
export function ApplicationState({ row }: { row: Application }) {
  const t = useMessages(applicationWords)
  const look = LOOKS[row.state]
  return (
    <Chip tone={look.tone} icon={look.icon}>
      {t.states[row.state]}
    </Chip>
  )
}

/** What was applied for and by whom; operators decide here. */
export function ApplicationBody({ id }: { id: string }) {
  const t = useMessages(applicationWords)
  const operator = useMe().role === 'operator'
  const [open, setOpen] = useState<'grant' | 'refuse' | null>(null)
  const { data, isError, error, refetch } = useQuery(applicationQuery(id))
  if (isError) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <DetailSkeleton />
  const close = () => setOpen(null)
  return (
    <PageStack>
      <Panel
        title={t.tab}
        extra={
          operator &&
          data.state === 'open' && (
            <Space>
              <Button onClick={() => setOpen('refuse')}>{t.refuse}</Button>
              <Button type="primary" onClick={() => setOpen('grant')}>
                {t.approve}
              </Button>
            </Space>
          )
        }
      >
        <Facts
          items={[
            { label: t.state, value: <ApplicationState row={data} /> },
            { label: t.courier, value: <CourierTag code={data.courier} /> },
            { label: t.applyNo, value: data.apply_no },
            { label: t.at, value: <TimeAgo at={data.created_at} /> },
            data.branch_name !== null && { label: t.branch, value: data.branch_name },
            data.customer_name !== null && { label: t.customer, value: data.customer_name },
            data.reason !== null && { label: t.reason, value: data.reason, wide: true },
          ]}
        />
      </Panel>
      <Panel title={t.contact}>
        <Facts
          items={Object.entries(data.details)
            .filter(([, value]) => value !== '')
            .map(([name, value]) => ({ label: t.details[name] ?? name, value }))}
        />
      </Panel>
      {open === 'grant' && <GrantDialog application={data} onClose={close} />}
      {open === 'refuse' && <RefuseDialog application={data} onClose={close} />}
    </PageStack>
  )
}
