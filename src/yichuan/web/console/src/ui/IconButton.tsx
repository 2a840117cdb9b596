import type { ComponentProps, ReactNode } from 'react'
import styles from './IconButton.module.css'

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label' | 'type'> {
  /** What it does: read out by screen readers and shown on hover. */
  label: string
  icon: ReactNode
  size?: 'default' | 'large'
}

/** A button with a picture only, which always has a name. */
export function IconButton({ label, icon, size, className, ...rest }: IconButtonProps) {
  const classes = [styles.button, size === 'large' && styles.large, className].filter(Boolean)
  return (
    <button type="button" aria-label={label} title={label} className={classes.join(' ')} {...rest}>
      {icon}
    </button>
  )
}
