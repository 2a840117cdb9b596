import { ExperimentOutlined, SafetyCertificateOutlined } from '@ant-design/icons'
import { useMessages } from '@/i18n'
import { Chip } from '@/ui'
import { CAPABILITIES, type Row } from './catalogueData'
import { catalogueWords } from './catalogueWords'
import styles from './catalogue.module.css'

/** What can be done for a courier; a flask where it was only tried against our simulator. */
export function Capabilities({ can }: { can: Row['can'] }) {
  const t = useMessages(catalogueWords)
  const known = can ?? {}
  const able = CAPABILITIES.filter((what) => known[what] !== undefined)
  if (able.length === 0) return <span className={styles.quiet}>{t.nothing}</span>
  return (
    <span className={styles.chips}>
      {able.map((what) => {
        const checked = known[what] === 'documents'
        return (
          <Chip
            key={what}
            tone={checked ? 'done' : 'waiting'}
            icon={checked ? SafetyCertificateOutlined : ExperimentOutlined}
            title={checked ? t.verifiedYes : t.verifiedNo}
          >
            {t.can_[what]}
          </Chip>
        )
      })}
    </span>
  )
}
