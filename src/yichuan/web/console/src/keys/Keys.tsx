import { useMessages } from '@/i18n'
import { keyWords } from './words'

const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
const NAMES: Readonly<Record<string, string>> = {
  mod: isMac ? '⌘' : 'Ctrl',
  Enter: '↵',
  Escape: 'Esc',
  ArrowLeft: '←',
  ArrowRight: '→',
}

/** Keys as caps: `g s` becomes G then S. */
export function Keys({ keys }: { keys: string }) {
  const t = useMessages(keyWords)
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 4, whiteSpace: 'nowrap' }}>
      {keys.split(' ').map((step, index) => (
        <span key={step} style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}>
          {index > 0 && <small style={{ color: 'var(--y-text-tertiary)' }}>{t.then}</small>}
          {step.split('+').map((key) => (
            <kbd key={key}>{NAMES[key] ?? key.toUpperCase()}</kbd>
          ))}
        </span>
      ))}
    </span>
  )
}
