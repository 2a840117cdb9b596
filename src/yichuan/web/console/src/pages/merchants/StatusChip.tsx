import { CheckCircleFilled, ClockCircleOutlined, StopOutlined, WarningFilled } from '@ant-design/icons'
import { useMessages } from '@/i18n'
import { Chip } from '@/ui'
import type { Merchant } from './names'
import { statusWords } from './words'

const LOOKS = {
  applied: { tone: 'waiting', icon: ClockCircleOutlined },
  active: { tone: 'done', icon: CheckCircleFilled },
  restricted: { tone: 'risk', icon: WarningFilled },
  closed: { tone: 'waiting', icon: StopOutlined },
} as const satisfies Record<Merchant['status'], unknown>

export function StatusChip({ status }: { status: Merchant['status'] }) {
  const names = useMessages(statusWords)
  return <Chip {...LOOKS[status]}>{names[status]}</Chip>
}
