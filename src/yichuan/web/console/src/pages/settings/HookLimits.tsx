import { useQuery } from '@tanstack/react-query'
import { Button, Form, InputNumber } from 'antd'
import { common, useMessages } from '@/i18n'
import { AllowedFields } from '@/inputs'
import { DetailSkeleton, ErrorState, Panel } from '@/ui'
import { useAct } from './useAct'
import { type Limits, limitsQuery, setLimits } from './webhookData'
import styles from './webhooks.module.css'
import { webhookWords } from './webhookWords'

/** What an operator allows beyond public addresses, and how long an address may fail. */
export function HookLimits() {
  const t = useMessages(webhookWords)
  const c = useMessages(common)
  const limits = useQuery(limitsQuery)
  const save = useAct(setLimits, limitsQuery.queryKey, t.saved)
  return (
    <Panel title={t.limits}>
      {limits.data === undefined ? (
        limits.isError ? (
          <ErrorState compact error={limits.error} onRetry={() => void limits.refetch()} />
        ) : (
          <DetailSkeleton />
        )
      ) : (
        <Form<Limits>
          layout="vertical"
          className={styles.fields}
          initialValues={limits.data}
          onFinish={(wish) => save.mutate(wish)}
        >
          <p style={{ marginBottom: 12 }}>{t.limitsHow}</p>
          <AllowedFields />
          <Form.Item name="pause_after_hours" label={t.pauseAfter}>
            <InputNumber min={27} max={720} precision={0} />
          </Form.Item>
          <Button htmlType="submit" loading={save.isPending}>
            {c.save}
          </Button>
        </Form>
      )}
    </Panel>
  )
}
