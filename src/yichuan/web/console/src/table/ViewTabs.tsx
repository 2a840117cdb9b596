import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, Popover } from 'antd'
import { useState } from 'react'
import { useMe } from '@/auth/useMe'
import { formatCount } from '@/format'
import { common, useMessages } from '@/i18n'
import { randomId } from '@/lib/ids'
import { IconButton } from '@/ui'
import type { ListState, PresetView } from './types'
import { narrowed, readListState, sameQuestion, writeListState } from './urlState'
import type { ChangeList } from './useListState'
import styles from './ViewTabs.module.css'
import { useSavedViews } from './views'
import { tableWords } from './words'

interface ViewTabsProps {
  name: string
  presets: readonly PresetView[]
  filterKeys: readonly string[]
  state: ListState
  change: ChangeList
}

interface Tab {
  key: string
  label: string
  state: ListState
  count?: number
  remove?: () => void
}

const NOTHING = { filters: {}, q: '', sort: '' }

/** The list as others left it: everything, the page's own views, and the reader's. */
export function ViewTabs({ name, presets, filterKeys, state, change }: ViewTabsProps) {
  const t = useMessages(tableWords)
  const me = useMe()
  const { views, save, remove } = useSavedViews(me.id, name)

  const tabs: Tab[] = [
    { key: 'all', label: t.allView, state: narrowed(state, NOTHING) },
    ...presets.map((preset) => ({
      key: preset.key,
      label: preset.label,
      count: preset.count,
      state: narrowed(state, { ...NOTHING, filters: preset.filters ?? {}, sort: preset.sort ?? '' }),
    })),
    ...views.map((view) => ({
      key: view.id,
      label: view.label,
      state: readListState(new URLSearchParams(view.search), filterKeys),
      remove: () => remove(view.id),
    })),
  ]
  const current = tabs.find((tab) => sameQuestion(tab.state, state))

  return (
    <nav className={styles.bar} aria-label={t.filters}>
      {tabs.map((tab) => (
        <span key={tab.key} style={{ display: 'inline-flex', flex: 'none', alignItems: 'center' }}>
          <button
            type="button"
            className={`${styles.view} ${tab === current ? styles.current : ''}`}
            aria-current={tab === current}
            onClick={() => change(tab.state)}
          >
            {tab.label}
            {tab.count !== undefined && <span className={styles.count}>{formatCount(tab.count)}</span>}
          </button>
          {tab.remove && tab === current && (
            <IconButton label={t.removeView(tab.label)} icon={<CloseOutlined />} onClick={tab.remove} />
          )}
        </span>
      ))}
      {current === undefined && (
        <SaveView
          onSave={(label) => {
            const { cursor: _cursor, id: _id, ...kept } = state
            const search = writeListState({ ...kept, cursor: '', id: '' }, filterKeys).toString()
            save({ id: randomId(), label, search })
          }}
        />
      )}
    </nav>
  )
}

function SaveView({ onSave }: { onSave: (label: string) => void }) {
  const t = useMessages(tableWords)
  const c = useMessages(common)
  const [open, setOpen] = useState(false)
  const [label, setLabel] = useState('')
  const submit = () => {
    if (label.trim() === '') return
    onSave(label.trim())
    setLabel('')
    setOpen(false)
  }
  const form = (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <Input
        autoFocus
        value={label}
        maxLength={30}
        aria-label={t.viewName}
        placeholder={t.viewName}
        onChange={(event) => setLabel(event.target.value)}
      />
      <p className={styles.hint}>{t.viewHint}</p>
      <Button type="primary" htmlType="submit" disabled={label.trim() === ''}>
        {c.save}
      </Button>
    </form>
  )
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomLeft" content={form} destroyOnHidden>
      <button type="button" className={styles.view}>
        <PlusOutlined /> {t.saveView}
      </button>
    </Popover>
  )
}
