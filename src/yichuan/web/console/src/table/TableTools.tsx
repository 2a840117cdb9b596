import {
  ArrowDownOutlined,
  ArrowUpOutlined,
  ColumnHeightOutlined,
  DownloadOutlined,
  LoadingOutlined,
  ReloadOutlined,
  SettingOutlined,
} from '@ant-design/icons'
import { App, Button, Checkbox, Dropdown, Popover } from 'antd'
import { useState } from 'react'
import { useLocale, useMessages } from '@/i18n'
import { createPreference, oneOf } from '@/lib/storage'
import { useStore } from '@/lib/store'
import { errorTitle, IconButton } from '@/ui'
import { chosenColumns, columnKeys } from './columns'
import styles from './TableTools.module.css'
import { type Column, DENSITIES, type Density, type ListState } from './types'
import type { ChangeList } from './useListState'
import { tableWords } from './words'

const habit = createPreference<Density>('density', 'cosy', oneOf(...DENSITIES))

/** The density in force: the link's, or the reader's habit. */
export function useDensity(state: ListState): Density {
  const usual = useStore(habit)
  return state.density === '' ? usual : state.density
}

interface ToolProps {
  state: ListState
  change: ChangeList
}

export function DensityMenu({ state, change }: ToolProps) {
  const t = useMessages(tableWords)
  const density = useDensity(state)
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectable: true,
        selectedKeys: [density],
        items: DENSITIES.map((key) => ({ key, label: t[key] })),
        onClick: ({ key }) => {
          const chosen = DENSITIES.find((one) => one === key)
          if (chosen === undefined) return
          habit.set(chosen)
          change({ ...state, density: chosen }, { replace: true })
        },
      }}
    >
      <IconButton size="large" label={t.density} icon={<ColumnHeightOutlined />} />
    </Dropdown>
  )
}

interface ColumnChooserProps<Row> extends ToolProps {
  columns: readonly Column<Row>[]
}

export function ColumnChooser<Row>({ columns, state, change }: ColumnChooserProps<Row>) {
  const t = useMessages(tableWords)
  const shown = chosenColumns(columns, state.columns)
  const hidden = columns.filter((column) => !shown.includes(column))
  const set = (next: readonly Column<Row>[]) =>
    change({ ...state, columns: columnKeys(columns, next) }, { replace: true })
  const swap = (index: number, other: number) => {
    const next = [...shown]
    const [one, two] = [next[index], next[other]]
    if (one === undefined || two === undefined) return
    next[index] = two
    next[other] = one
    set(next)
  }
  const panel = (
    <div className={styles.panel}>
      <p className={styles.hint}>{t.columnsHint}</p>
      <ul className={styles.list}>
        {shown.map((column, index) => (
          <li key={column.key} className={styles.item}>
            <Checkbox checked disabled={column.always} onChange={() => set(shown.filter((one) => one !== column))}>
              {column.title}
            </Checkbox>
            <IconButton
              label={t.columnUp(column.title)}
              icon={<ArrowUpOutlined />}
              disabled={index === 0}
              onClick={() => swap(index, index - 1)}
            />
            <IconButton
              label={t.columnDown(column.title)}
              icon={<ArrowDownOutlined />}
              disabled={index === shown.length - 1}
              onClick={() => swap(index, index + 1)}
            />
          </li>
        ))}
        {hidden.map((column) => (
          <li key={column.key} className={styles.item}>
            <Checkbox checked={false} onChange={() => set([...shown, column])}>
              {column.title}
            </Checkbox>
          </li>
        ))}
      </ul>
      <Button type="link" disabled={state.columns.length === 0} onClick={() => set(chosenColumns(columns, []))}>
        {t.restore}
      </Button>
    </div>
  )
  return (
    <Popover trigger="click" placement="bottomRight" content={panel}>
      <IconButton size="large" label={t.columns} icon={<SettingOutlined />} />
    </Popover>
  )
}

export function RefreshButton({ busy, onClick }: { busy: boolean; onClick: () => void }) {
  const t = useMessages(tableWords)
  return <IconButton size="large" label={t.refresh} icon={<ReloadOutlined spin={busy} />} onClick={onClick} />
}

export function ExportButton({ onExport }: { onExport: () => Promise<void> }) {
  const t = useMessages(tableWords)
  const locale = useLocale()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  const run = async () => {
    setBusy(true)
    try {
      await onExport()
    } catch (error) {
      message.error(errorTitle(error, locale))
    } finally {
      setBusy(false)
    }
  }
  return (
    <IconButton
      size="large"
      label={busy ? t.exporting : t.export}
      icon={busy ? <LoadingOutlined /> : <DownloadOutlined />}
      disabled={busy}
      onClick={() => void run()}
    />
  )
}
