import { CheckCircleFilled, ExclamationCircleFilled, MinusCircleFilled, WarningFilled } from '@ant-design/icons'
import { useMessages } from '@/i18n'
import { Chip } from '@/ui'
import { words } from './words'

export type GradeLetter = 'A' | 'B' | 'C' | 'D'

const LOOKS = {
  A: { tone: 'done', icon: CheckCircleFilled },
  B: { tone: 'moving', icon: MinusCircleFilled },
  C: { tone: 'risk', icon: ExclamationCircleFilled },
  D: { tone: 'broken', icon: WarningFilled },
} as const satisfies Record<GradeLetter, unknown>

/** A to D: letter, icon and colour together. */
export function Grade({ grade }: { grade: GradeLetter }) {
  const t = useMessages(words)
  return <Chip {...LOOKS[grade]}>{t.grade(grade)}</Chip>
}
