import { type ReactNode, useId } from 'react'
import styles from './Panel.module.css'

export interface PanelProps {
  title?: ReactNode
  /** Buttons or links at the right of the title. */
  extra?: ReactNode
  /** No padding around the contents, for tables and maps. */
  flush?: boolean
  children: ReactNode
}

/** A titled block of a page. */
export function Panel({ title, extra, flush, children }: PanelProps) {
  const id = useId()
  return (
    <section className={styles.panel} aria-labelledby={title === undefined ? undefined : id}>
      {(title !== undefined || extra !== undefined) && (
        <header className={styles.head}>
          <h2 id={id} className={styles.title}>
            {title}
          </h2>
          {extra}
        </header>
      )}
      <div className={`${styles.body} ${flush ? styles.flush : ''}`}>{children}</div>
    </section>
  )
}

export interface Fact {
  label: string
  value: ReactNode
  /** Over the whole width: addresses, remarks. */
  wide?: boolean
}

/** Labelled facts of a thing, in as many columns as fit. */
export function Facts({ items }: { items: readonly (Fact | false | null | undefined)[] }) {
  return (
    <dl className={styles.facts}>
      {items.map(
        (item) =>
          item && (
            <div key={item.label} className={`${styles.fact} ${item.wide ? styles.wide : ''}`}>
              <dt>{item.label}</dt>
              <dd>{item.value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
