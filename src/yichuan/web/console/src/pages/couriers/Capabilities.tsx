import { ExperimentOutlined, SafetyCertificateOutlined } from '@ant-design/icons'
import { useMessages } from '@/i18n'
import { Chip } from '@/ui'
import { CAPABILITIES, type Row } from './catalogueData'
import { catalogueWords } from './catalogueWords'
import styles from './catalogue.module.css'

/** Names in a row that breaks between them only. */
function Names({ names }: { names: readonly string[] }) {
  return (
    <span className={styles.names}>
      {names.map((name) => (
        <span key={name}>{name}</span>
      ))}
    </span>
  )
}

/** The same as two quiet lines, for lists: what was checked, and what only our simulator has seen. */
export function CapabilityLines({ can }: { can: Row['can'] }) {
  const t = useMessages(catalogueWords)
  const known = can ?? {}
  const of = (proof: string) => CAPABILITIES.filter((what) => known[what] === proof).map((what) => t.can_[what])
  const [checked, tried] = [of('documents'), of('simulator')]
  if (checked.length + tried.length === 0) return <span className={styles.quiet}>{t.nothing}</span>
  return (
    <span className={styles.lines}>
      {checked.length > 0 && (
        <span title={t.verifiedYes}>
          <SafetyCertificateOutlined aria-label={t.verifiedYes} className={styles.done} /> <Names names={checked} />
        </span>
      )}
      {tried.length > 0 && (
        <span title={t.verifiedNo} className={styles.quiet}>
          <ExperimentOutlined aria-label={t.verifiedNo} /> <Names names={tried} />
        </span>
      )}
    </span>
  )
}

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
