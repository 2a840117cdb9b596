import {
  CarryOutOutlined,
  CheckCircleFilled,
  ClockCircleOutlined,
  CloseCircleFilled,
  EnvironmentOutlined,
  FileTextOutlined,
  InboxOutlined,
  RollbackOutlined,
  SendOutlined,
  StopOutlined,
  UndoOutlined,
} from '@ant-design/icons'
import type { ComponentType } from 'react'
import { defineMessages } from '@/i18n'
import type { Tone } from '@/theme/palette'

/** The way of a parcel, in order; the last five leave it or end it. */
export const MILESTONES = [
  'created',
  'picked_up',
  'in_transit',
  'arriving',
  'out_for_delivery',
  'ready_for_collection',
  'delivered',
  'returning',
  'returned',
  'cancelled',
  'lost',
] as const
export type Milestone = (typeof MILESTONES)[number]

export function isMilestone(value: string): value is Milestone {
  return MILESTONES.some((milestone) => milestone === value)
}

export interface Look {
  tone: Tone
  icon: ComponentType<{ className?: string }>
}

export const MILESTONE_LOOKS: Readonly<Record<Milestone, Look>> = {
  created: { tone: 'waiting', icon: FileTextOutlined },
  picked_up: { tone: 'moving', icon: CarryOutOutlined },
  in_transit: { tone: 'moving', icon: SendOutlined },
  arriving: { tone: 'moving', icon: EnvironmentOutlined },
  out_for_delivery: { tone: 'moving', icon: ClockCircleOutlined },
  ready_for_collection: { tone: 'waiting', icon: InboxOutlined },
  delivered: { tone: 'done', icon: CheckCircleFilled },
  returning: { tone: 'risk', icon: RollbackOutlined },
  returned: { tone: 'risk', icon: UndoOutlined },
  cancelled: { tone: 'waiting', icon: StopOutlined },
  lost: { tone: 'broken', icon: CloseCircleFilled },
}

export const milestoneWords = defineMessages(
  {
    created: '已下单',
    picked_up: '已揽收',
    in_transit: '在途',
    arriving: '到达派件地',
    out_for_delivery: '派送中',
    ready_for_collection: '待取件',
    delivered: '已签收',
    returning: '退回中',
    returned: '已退回',
    cancelled: '已取消',
    lost: '丢失',
  },
  {
    created: 'Created',
    picked_up: 'Picked up',
    in_transit: 'In transit',
    arriving: 'Arriving',
    out_for_delivery: 'Out for delivery',
    ready_for_collection: 'Ready to collect',
    delivered: 'Delivered',
    returning: 'Returning',
    returned: 'Returned',
    cancelled: 'Cancelled',
    lost: 'Lost',
  },
)
