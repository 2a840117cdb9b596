import type { ComponentType, ReactNode } from 'react'
import type { Tone } from '@/theme/palette'
import styles from './Chip.module.css'

export type ChipIcon = ComponentType<{ 'aria-hidden'?: boolean; className?: string }>

export interface ChipProps {
  tone: Tone
  icon: ChipIcon
  children: ReactNode
  /** A second, quieter word: who must act, how many. */
  aside?: ReactNode
  filled?: boolean
  size?: 'default' | 'large'
  title?: string
}

/** Icon, word and colour together: a state is never told by colour alone. */
export function Chip({ tone, icon: Icon, children, aside, filled, size, title }: ChipProps) {
  const classes = [styles.chip, styles[tone]]
  if (filled) classes.push(styles.filled)
  if (size === 'large') classes.push(styles.large)
  return (
    <span className={classes.join(' ')} title={title}>
      <Icon aria-hidden />
      <span className={styles.word}>{children}</span>
      {aside !== undefined && <span className={styles.aside}>{aside}</span>}
    </span>
  )
}
