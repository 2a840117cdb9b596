import { HourglassOutlined } from '@ant-design/icons'
import { problemIcon, useProblemName } from '@/domain'
import { useMessages } from '@/i18n'
import { deadlineWords } from '../exceptions/words'
import type { Figure } from './data'
import { drillTo } from './drill'
import { FigureList } from './FigureList'
import { words } from './words'

interface FiguresProps {
  figures: readonly Figure[]
  merchant?: boolean
}

/** Clocks that run out in the coming hours, by what will be wrong then. */
export function Breaches({ figures, hours, merchant }: FiguresProps & { hours: number }) {
  const t = useMessages(words)
  const d = useMessages(deadlineWords)
  return (
    <FigureList
      title={t.soon(hours)}
      none={t.soonNone}
      lines={figures
        .filter(({ value }) => value > 0)
        .map(({ key, value, drill }) => ({
          key,
          icon: HourglassOutlined,
          name: d[key as keyof typeof d] ?? key,
          value,
          to: drillTo(drill, merchant),
          tone: 'risk',
        }))}
    />
  )
}

/** Open problems, the most urgent kinds first. */
export function Problems({ figures, merchant }: FiguresProps) {
  const t = useMessages(words)
  const nameOf = useProblemName()
  return (
    <FigureList
      title={t.problems}
      none={t.problemsNone}
      rest={{ to: '/exceptions?open=true', label: t.otherKinds }}
      lines={figures.map(({ key, value, drill }) => ({
        key,
        icon: problemIcon(key),
        name: nameOf(key),
        value,
        to: drillTo(drill, merchant),
      }))}
    />
  )
}
