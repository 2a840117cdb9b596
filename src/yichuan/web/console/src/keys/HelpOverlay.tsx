import { Modal } from 'antd'
import { useMessages } from '@/i18n'
import styles from './HelpOverlay.module.css'
import { type Hotkey, useHotkeyList } from './hotkeys'
import { Keys } from './Keys'
import { keyWords } from './words'

function grouped(hotkeys: readonly Hotkey[], other: string): Map<string, Hotkey[]> {
  const groups = new Map<string, Hotkey[]>()
  for (const hotkey of hotkeys) {
    if (hotkey.label === undefined) continue
    const group = groups.get(hotkey.group ?? other) ?? []
    if (!group.some(({ keys }) => keys === hotkey.keys)) group.push(hotkey)
    groups.set(hotkey.group ?? other, group)
  }
  return groups
}

/** The keys that work on the page now, grouped. */
export default function HelpOverlay({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useMessages(keyWords)
  const groups = grouped(useHotkeyList(), t.everywhere)
  return (
    <Modal open={open} onCancel={onClose} footer={null} title={t.title} width={720} centered>
      <p className={styles.hint}>{t.hint}</p>
      <div className={styles.groups}>
        {[...groups].map(([group, hotkeys]) => (
          <section key={group}>
            <h3>{group}</h3>
            {hotkeys.map(({ keys, label }) => (
              <div key={keys} className={styles.line}>
                <span>{label}</span>
                <Keys keys={keys} />
              </div>
            ))}
          </section>
        ))}
      </div>
    </Modal>
  )
}
