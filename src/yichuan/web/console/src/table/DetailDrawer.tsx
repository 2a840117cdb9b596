import { ArrowDownOutlined, ArrowUpOutlined, ExpandAltOutlined } from '@ant-design/icons'
import { Drawer } from 'antd'
import { Link } from 'react-router'
import { common, useMessages } from '@/i18n'
import { useHotkeys } from '@/keys'
import { useIsPhone } from '@/lib/useMediaQuery'
import { IconButton } from '@/ui'
import styles from './DetailDrawer.module.css'
import type { Detail } from './types'
import { tableWords } from './words'

interface DetailDrawerProps<Row> {
  detail: Detail<Row>
  id: string
  rows: readonly Row[]
  rowId: (row: Row) => string
  onOpen: (id: string) => void
  onClose: () => void
}

/** A row's details beside the list, with a link of their own; the list stays usable. */
export function DetailDrawer<Row>({ detail, id, rows, rowId, onOpen, onClose }: DetailDrawerProps<Row>) {
  const c = useMessages(common)
  const t = useMessages(tableWords)
  const phone = useIsPhone()
  const open = id !== ''
  const index = rows.findIndex((row) => rowId(row) === id)
  const row = rows[index]
  const neighbour = (step: number) => {
    const next = index < 0 ? undefined : rows[index + step]
    return next === undefined ? undefined : () => onOpen(rowId(next))
  }
  const [toPrevious, toNext] = [neighbour(-1), neighbour(1)]
  useHotkeys(
    [
      { keys: 'j', inDialog: true, run: () => toNext?.() },
      { keys: 'k', inDialog: true, run: () => toPrevious?.() },
      { keys: 'Escape', label: t.keyClose, inDialog: true, run: onClose },
    ],
    open,
  )
  const Body = detail.body
  return (
    <Drawer
      open={open}
      onClose={onClose}
      keyboard={false}
      size={phone ? '100%' : (detail.width ?? 640)}
      mask={phone}
      destroyOnHidden
      classNames={{ body: styles.body, section: styles.section }}
      title={open && detail.title({ id, row })}
      extra={
        open && (
          <span className={styles.tools}>
            {detail.extra?.({ id, row })}
            <IconButton
              size="large"
              label={c.previous}
              icon={<ArrowUpOutlined />}
              disabled={!toPrevious}
              onClick={toPrevious}
            />
            <IconButton
              size="large"
              label={c.next}
              icon={<ArrowDownOutlined />}
              disabled={!toNext}
              onClick={toNext}
            />
            <Link to={detail.path(id)} className={styles.page} aria-label={c.openPage} title={c.openPage}>
              <ExpandAltOutlined />
            </Link>
          </span>
        )
      }
    >
      {open && <Body key={id} id={id} row={row} />}
    </Drawer>
  )
}
