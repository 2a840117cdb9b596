import { CheckCircleFilled, FileTextOutlined, InboxOutlined, PauseCircleFilled, SendOutlined, StopOutlined } from '@ant-design/icons'
import { useMessages } from '@/i18n'
import { Chip } from '@/ui'
import type { OrderState as State } from './data'
import { orderWords } from './words'

const LOOKS = {
  open: { tone: 'waiting', icon: FileTextOutlined },
  packed: { tone: 'waiting', icon: InboxOutlined },
  held: { tone: 'broken', icon: PauseCircleFilled },
  shipped: { tone: 'moving', icon: SendOutlined },
  completed: { tone: 'done', icon: CheckCircleFilled },
  cancelled: { tone: 'waiting', icon: StopOutlined },
} as const satisfies Record<State, unknown>

export function OrderState({ state }: { state: State }) {
  const t = useMessages(orderWords)
  return <Chip {...LOOKS[state]}>{t.states[state]}</Chip>
}
