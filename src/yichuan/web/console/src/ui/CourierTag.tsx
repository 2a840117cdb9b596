import { useCourierName } from '@/domain'
import styles from './CourierTag.module.css'
import { Dash } from './Money'

export interface CourierTagProps {
  code: string | null | undefined
  /** The service's name, where it matters: 标快, 冷链. */
  service?: string | null
}

/** A courier by code and name; the catalogue gives the name in the reader's language. */
export function CourierTag({ code, service }: CourierTagProps) {
  return code ? <Known code={code} service={service} /> : <Dash />
}

function Known({ code, service }: { code: string; service?: string | null }) {
  const name = useCourierName(code)
  return (
    <span className={styles.tag}>
      <span className={styles.code}>{code}</span>
      {name !== code && <span className={styles.name}>{name}</span>}
      {service && <span className={styles.service}>{service}</span>}
    </span>
  )
}
