import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { common, useMessages } from '@/i18n'
import styles from './exceptions.module.css'
import { words } from './words'

interface CloseDialogProps {
  title: string
  busy: boolean
  onClose: (reason: string) => void
  onCancel: () => void
}

/** Asks why a problem can be closed: a click on a frequent reason, or the reader's own words. */
export function CloseDialog({ title, busy, onClose, onCancel }: CloseDialogProps) {
  const t = useMessages(words)
  const c = useMessages(common)
  const [reason, setReason] = useState('')
  const presets = [t.presetTalked, t.presetAgreed, t.presetMistake, t.presetPaid]
  return (
    <Modal
      open
      title={title}
      onCancel={onCancel}
      okText={t.close}
      cancelText={c.cancel}
      okButtonProps={{ disabled: reason.trim() === '', loading: busy }}
      onOk={() => onClose(reason.trim())}
    >
      <p className={styles.hint}>{t.closeHow}</p>
      <div className={styles.presets} role="group" aria-label={t.presets}>
        {presets.map((preset) => (
          <Button key={preset} size="small" onClick={() => setReason(preset)}>
            {preset}
          </Button>
        ))}
      </div>
      <Input.TextArea
        autoFocus
        value={reason}
        maxLength={500}
        autoSize={{ minRows: 3, maxRows: 8 }}
        aria-label={t.closeReason}
        placeholder={t.closeNeeded}
        onChange={(event) => setReason(event.target.value)}
      />
    </Modal>
  )
}
