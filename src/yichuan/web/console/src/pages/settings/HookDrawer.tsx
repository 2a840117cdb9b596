import { useQuery } from '@tanstack/react-query'
import { App, Button, Drawer, Form, InputNumber, Modal, Popconfirm } from 'antd'
import { useState } from 'react'
import { common, useMessages } from '@/i18n'
import { useIsPhone } from '@/lib/useMediaQuery'
import { Facts, TimeAgo } from '@/ui'
import { HookAttempts } from './HookAttempts'
import { HookForm } from './HookForm'
import { HookState } from './HookState'
import { SecretOnce } from './SecretOnce'
import { useAct } from './useAct'
import {
  changeHook,
  type Endpoint,
  type EventType,
  hooksKey,
  pauseHook,
  queueQuery,
  removeHook,
  resendFailed,
  resumeHook,
  rotateSecret,
  testHook,
} from './webhookData'
import styles from './webhooks.module.css'
import { webhookWords } from './webhookWords'

/** One address: how it is doing, what waits for it, its acts and every try. */
export function HookDrawer({ hook, onClose }: { hook: Endpoint; onClose: () => void }) {
  const [secret, setSecret] = useState<string>()
  const t = useMessages(webhookWords)
  return (
    <Drawer open onClose={onClose} size={useIsPhone() ? '100%' : 680} title={t.open}>
      {secret !== undefined && (
        <div className={styles.secret}>
          <SecretOnce secret={secret} />
        </div>
      )}
      <About hook={hook} />
      <Acts hook={hook} onSecret={setSecret} onRemoved={onClose} />
      <HookAttempts id={hook.id} />
    </Drawer>
  )
}

function About({ hook }: { hook: Endpoint }) {
  const t = useMessages(webhookWords)
  const queue = useQuery(queueQuery(hook.id)).data
  const types = hook.event_types.map((type: EventType) => t.types[type]).join('、')
  const held = hook.paused_at !== null
  return (
    <Facts
      items={[
        { label: t.url, value: hook.url, wide: true },
        { label: t.state, value: <HookState hook={hook} /> },
        { label: t.events, value: types || t.allEvents },
        hook.failing_since !== null && { label: t.since, value: <TimeAgo at={hook.failing_since} /> },
        held && { label: t.pausedAt, value: <TimeAgo at={hook.paused_at ?? ''} /> },
        hook.disabled_reason !== null && { label: t.off, value: hook.disabled_reason },
        { label: t.waiting, value: queue?.waiting.toLocaleString() ?? '…' },
        queue?.oldest_at != null && { label: t.oldest, value: <TimeAgo at={queue.oldest_at} /> },
        queue !== undefined &&
          queue.waiting > 0 && {
            label: t.nextTry,
            value: queue.next_try_at === null ? t.held : <TimeAgo at={queue.next_try_at} />,
          },
        queue !== undefined && queue.failed > 0 && { label: t.given, value: queue.failed.toLocaleString() },
        hook.old_secret_until !== null && { label: t.oldSecret, value: <TimeAgo at={hook.old_secret_until} /> },
      ]}
    />
  )
}

interface ActsProps {
  hook: Endpoint
  onSecret: (secret: string) => void
  onRemoved: () => void
}

function Acts({ hook, onSecret, onRemoved }: ActsProps) {
  const t = useMessages(webhookWords)
  const c = useMessages(common)
  const [editing, setEditing] = useState(false)
  const [rotating, setRotating] = useState(false)
  const remove = useAct(removeHook, hooksKey, t.saved, onRemoved)
  const toggle = useAct(changeHook, hooksKey, t.saved)
  const flip = () => toggle.mutate({ id: hook.id, enabled: !hook.enabled })
  return (
    <div className={styles.acts}>
      <TestButton id={hook.id} />
      <FlowButtons hook={hook} />
      <Button onClick={() => setRotating(true)}>{t.rotate}</Button>
      <Button onClick={() => setEditing(true)}>{c.edit}</Button>
      {hook.enabled ? (
        <Popconfirm title={t.switchOffSure} okText={t.switchOff} cancelText={c.cancel} onConfirm={flip}>
          <Button loading={toggle.isPending}>{t.switchOff}</Button>
        </Popconfirm>
      ) : (
        <Button loading={toggle.isPending} onClick={flip}>
          {t.switchOn}
        </Button>
      )}
      <Popconfirm title={t.removeSure} okText={t.remove} cancelText={c.cancel} onConfirm={() => remove.mutate(hook.id)}>
        <Button danger loading={remove.isPending}>
          {t.remove}
        </Button>
      </Popconfirm>
      {editing && <HookForm hook={hook} onClose={() => setEditing(false)} />}
      {rotating && <Rotate id={hook.id} onClose={() => setRotating(false)} onSecret={onSecret} />}
    </div>
  )
}

/** Sends a test and says how it was answered. */
function TestButton({ id }: { id: string }) {
  const t = useMessages(webhookWords)
  const { message } = App.useApp()
  const test = useAct(testHook, hooksKey, undefined, ({ ok, status, error, duration_ms }) => {
    if (ok) message.success(t.testOk(status ?? 0, duration_ms))
    else message.error(t.testBad(error ?? ''))
  })
  return (
    <Button type="primary" loading={test.isPending} onClick={() => test.mutate(id)}>
      {t.test}
    </Button>
  )
}

/** Pause, resume, and once more what failed. */
function FlowButtons({ hook }: { hook: Endpoint }) {
  const t = useMessages(webhookWords)
  const c = useMessages(common)
  const { message } = App.useApp()
  const released = ({ released: n }: { released: number }) => void message.success(t.released(n))
  const pause = useAct(pauseHook, hooksKey, t.saved)
  const resume = useAct(resumeHook, hooksKey, undefined, released)
  const resend = useAct(resendFailed, hooksKey, undefined, released)
  if (!hook.enabled) return null
  if (hook.paused_at !== null) {
    return (
      <Button loading={resume.isPending} onClick={() => resume.mutate(hook.id)}>
        {t.resume}
      </Button>
    )
  }
  return (
    <>
      <Button loading={resend.isPending} onClick={() => resend.mutate(hook.id)}>
        {t.resendFailed}
      </Button>
      <Popconfirm title={t.pauseSure} okText={t.pause} cancelText={c.cancel} onConfirm={() => pause.mutate(hook.id)}>
        <Button loading={pause.isPending}>{t.pause}</Button>
      </Popconfirm>
    </>
  )
}

interface RotateProps {
  id: string
  onClose: () => void
  onSecret: (secret: string) => void
}

function Rotate({ id, onClose, onSecret }: RotateProps) {
  const t = useMessages(webhookWords)
  const c = useMessages(common)
  const [hours, setHours] = useState(24)
  const rotate = useAct(rotateSecret, hooksKey, t.saved, ({ secret }) => {
    onSecret(secret)
    onClose()
  })
  return (
    <Modal
      open
      title={t.rotate}
      okText={t.rotate}
      cancelText={c.cancel}
      confirmLoading={rotate.isPending}
      onCancel={onClose}
      onOk={() => rotate.mutate({ id, hours })}
    >
      <p>{t.rotateHow}</p>
      <Form layout="vertical" style={{ marginTop: 16 }}>
        <Form.Item label={t.overlap}>
          <InputNumber min={0} max={168} precision={0} value={hours} onChange={(value) => setHours(value ?? 0)} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
