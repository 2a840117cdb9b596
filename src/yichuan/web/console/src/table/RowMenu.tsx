import { EllipsisOutlined } from '@ant-design/icons'
import { App, Dropdown } from 'antd'
import { useSyncExternalStore } from 'react'
import { useLocale, useMessages } from '@/i18n'
import type { Store } from '@/lib/store'
import { errorTitle, IconButton } from '@/ui'
import type { RowAction } from './types'
import { tableWords } from './words'

interface RowMenuProps<Row> {
  row: Row
  id: string
  actions: readonly RowAction<Row>[]
  /** Id of the row whose menu is open: only that one draws itself anew. */
  menuOf: Store<string>
}

/** What can be done with one row. */
export function RowMenu<Row>({ row, id, actions, menuOf }: RowMenuProps<Row>) {
  const t = useMessages(tableWords)
  const locale = useLocale()
  const { message } = App.useApp()
  const open = useSyncExternalStore(menuOf.subscribe, () => menuOf.get() === id)
  if (actions.length === 0) return null
  const run = async (key: string) => {
    menuOf.set('')
    try {
      await actions.find((action) => action.key === key)?.run(row)
    } catch (error) {
      message.error(errorTitle(error, locale))
    }
  }
  const button = (
    <IconButton
      label={t.rowActions}
      icon={<EllipsisOutlined />}
      aria-haspopup="menu"
      aria-expanded={open}
      onClick={() => menuOf.set(open ? '' : id)}
    />
  )
  if (!open) return button
  return (
    <Dropdown
      open
      onOpenChange={(next) => menuOf.set(next ? id : '')}
      trigger={['click']}
      placement="bottomRight"
      autoFocus
      menu={{
        items: actions.map(({ key, label, icon, danger, disabled }) => ({ key, label, icon, danger, disabled })),
        onClick: ({ key, domEvent }) => {
          domEvent.stopPropagation()
          void run(key)
        },
      }}
    >
      {button}
    </Dropdown>
  )
}
