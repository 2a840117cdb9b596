import { EyeInvisibleOutlined, SendOutlined } from '@ant-design/icons'
import { Button, Input, Segmented } from 'antd'
import { type RefObject, useEffect, useState } from 'react'
import { useMessages } from '@/i18n'
import { useAct } from './data'
import styles from './tickets.module.css'
import { words } from './words'

interface ComposerProps {
  id: string
  /** Staff may also write notes that merchants do not see. */
  staff: boolean
  field: RefObject<HTMLTextAreaElement | null>
}

const draftKey = (id: string) => `yichuan.draft.${id}`

/** Where a reply or a note is written. What is not sent yet survives closing the drawer. */
export function Composer({ id, staff, field }: ComposerProps) {
  const t = useMessages(words)
  const [verb, setVerb] = useState<'reply' | 'note'>('reply')
  const [text, setText] = useState(() => sessionStorage.getItem(draftKey(id)) ?? '')
  const act = useAct(id)
  useEffect(() => {
    if (text === '') sessionStorage.removeItem(draftKey(id))
    else sessionStorage.setItem(draftKey(id), text)
  }, [id, text])
  const body = text.trim()
  const send = () => {
    if (body === '' || act.isPending) return
    act.mutate({ verb, body }, { onSuccess: () => setText('') })
  }
  const note = verb === 'note'
  return (
    <div className={`${styles.composer} ${note ? styles.noting : ''}`}>
      {staff && (
        <Segmented<'reply' | 'note'>
          size="small"
          value={verb}
          onChange={setVerb}
          options={[
            { value: 'reply', label: t.reply },
            { value: 'note', label: t.note, icon: <EyeInvisibleOutlined aria-hidden /> },
          ]}
        />
      )}
      <Input.TextArea
        ref={(made) => {
          field.current = made?.resizableTextArea?.textArea ?? null
        }}
        value={text}
        maxLength={4000}
        autoSize={{ minRows: 2, maxRows: 8 }}
        aria-label={note ? t.note : t.reply}
        placeholder={note ? t.noteHint : t.replyHint}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send()
          if (event.key === 'Escape') {
            event.stopPropagation()
            event.currentTarget.blur()
          }
        }}
      />
      <Button
        type="primary"
        icon={<SendOutlined />}
        disabled={body === ''}
        loading={act.isPending}
        title={t.sendKeys}
        onClick={send}
      >
        {note ? t.sendNote : t.send}
      </Button>
    </div>
  )
}
