import { CheckCircleOutlined, PauseCircleOutlined, StopOutlined, WarningOutlined } from '@ant-design/icons'
import { useMessages } from '@/i18n'
import { Chip } from '@/ui'
import type { Endpoint } from './webhookData'
import { webhookWords } from './webhookWords'

/** How an address is doing: working, failing, paused or off. */
export function HookState({ hook }: { hook: Endpoint }) {
  const t = useMessages(webhookWords)
  if (!hook.enabled) {
    return (
      <Chip tone="waiting" icon={StopOutlined} title={hook.disabled_reason ?? undefined}>
        {t.off}
      </Chip>
    )
  }
  if (hook.paused_at !== null) {
    const why = hook.pause_reason === 'failing' ? t.pausedFailing : t.pausedByHand
    return (
      <Chip tone={hook.pause_reason === 'failing' ? 'broken' : 'waiting'} icon={PauseCircleOutlined} title={why}>
        {t.paused}
      </Chip>
    )
  }
  if (hook.failing_since !== null) {
    return (
      <Chip tone="broken" icon={WarningOutlined}>
        {t.failing}
      </Chip>
    )
  }
  return (
    <Chip tone="done" icon={CheckCircleOutlined}>
      {t.good}
    </Chip>
  )
}
