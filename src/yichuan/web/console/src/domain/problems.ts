import {
  AlertOutlined,
  AuditOutlined,
  BankOutlined,
  BarcodeOutlined,
  CloudOutlined,
  EyeInvisibleOutlined,
  FieldTimeOutlined,
  FrownOutlined,
  HomeOutlined,
  HourglassOutlined,
  InboxOutlined,
  PauseCircleOutlined,
  QuestionCircleOutlined,
  RollbackOutlined,
  StopOutlined,
  ToolOutlined,
  WarningFilled,
} from '@ant-design/icons'
import type { ComponentType } from 'react'
import type { components } from '@/api/schema'
import { defineMessages } from '@/i18n'

export type ProblemKind = components['schemas']['ProblemKindView']['kind']

const ICONS: Readonly<Record<ProblemKind, ComponentType<{ className?: string }>>> = {
  late_ship: HourglassOutlined,
  late_pickup: FieldTimeOutlined,
  fake_shipping: EyeInvisibleOutlined,
  stalled: PauseCircleOutlined,
  late_delivery: FieldTimeOutlined,
  not_collected: InboxOutlined,
  pickup_failed: StopOutlined,
  failed_delivery: WarningFilled,
  refused: FrownOutlined,
  damaged: ToolOutlined,
  lost: AlertOutlined,
  address_issue: HomeOutlined,
  customs_held: BankOutlined,
  returning: RollbackOutlined,
  suspicious_signing: AuditOutlined,
  number_doubt: BarcodeOutlined,
  force_majeure: CloudOutlined,
  other: QuestionCircleOutlined,
}

export function problemIcon(kind: string): ComponentType<{ className?: string }> {
  return ICONS[kind as ProblemKind] ?? ICONS.other
}

/** Who must act. */
export type Party = components['schemas']['ProblemKindView']['party']

export const partyWords = defineMessages(
  { merchant: '商家', courier: '快递公司', platform: '平台', buyer: '买家', nobody: '无责任方' },
  { merchant: 'Merchant', courier: 'Courier', platform: 'Platform', buyer: 'Buyer', nobody: 'Nobody' },
)

/** 1 notice, 2 act today, 3 act now. */
export type Severity = 1 | 2 | 3

export const severityWords = defineMessages(
  { 1: '提醒', 2: '今日处理', 3: '立即处理' },
  { 1: 'Notice', 2: 'Act today', 3: 'Act now' },
)
