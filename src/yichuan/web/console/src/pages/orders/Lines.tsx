import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, InputNumber } from 'antd'
import { fenOf } from '@/format'
import { useMessages } from '@/i18n'
import { IconButton } from '@/ui'
import { type DraftLine, emptyLine } from './newOrder'
import { newOrderWords } from './newOrderWords'
import styles from './Orders.module.css'

interface LinesProps {
  lines: readonly DraftLine[]
  onChange: (lines: readonly DraftLine[]) => void
}

/** The goods of an order; Enter in the last line's last field begins the next. */
export function Lines({ lines, onChange }: LinesProps) {
  const t = useMessages(newOrderWords)
  const edit = (key: string, change: Partial<DraftLine>) =>
    onChange(lines.map((line) => (line.key === key ? { ...line, ...change } : line)))
  const add = () => onChange([...lines, emptyLine()])
  return (
    <>
      <table className={styles.lines}>
        <thead>
          <tr>
            <th scope="col">{t.name}</th>
            <th scope="col">{t.sku}</th>
            <th scope="col">{t.quantity}</th>
            <th scope="col">{t.weight}</th>
            <th scope="col">{t.price}</th>
            <th aria-label={t.dropLine(1)} />
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => (
            <tr key={line.key}>
              <td>
                <Input aria-label={`${t.name} ${index + 1}`} placeholder={t.name} maxLength={200} value={line.name} onChange={(event) => edit(line.key, { name: event.target.value })} />
              </td>
              <td>
                <Input className="y-mono" aria-label={`${t.sku} ${index + 1}`} placeholder={t.sku} maxLength={64} value={line.sku} onChange={(event) => edit(line.key, { sku: event.target.value })} />
              </td>
              <td>
                <InputNumber style={{ width: '100%' }} aria-label={`${t.quantity} ${index + 1}`} min={1} max={100_000} precision={0} value={line.quantity} onChange={(quantity) => edit(line.key, { quantity: quantity ?? 1 })} />
              </td>
              <td>
                <InputNumber style={{ width: '100%' }} aria-label={`${t.weight} ${index + 1}`} placeholder={t.weight} min={0} max={50_000_000} precision={0} value={line.weight} onChange={(weight) => edit(line.key, { weight })} />
              </td>
              <td>
                <Input
                  inputMode="decimal"
                  aria-label={`${t.price} ${index + 1}`}
                  placeholder={t.price}
                  status={fenOf(line.price) === undefined ? 'error' : undefined}
                  value={line.price}
                  onChange={(event) => edit(line.key, { price: event.target.value })}
                  onKeyDown={(event) => {
                    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && index === lines.length - 1) {
                      event.preventDefault()
                      add()
                    }
                  }}
                />
              </td>
              <td>
                <IconButton
                  label={t.dropLine(index + 1)}
                  icon={<CloseOutlined />}
                  disabled={lines.length === 1}
                  onClick={() => onChange(lines.filter(({ key }) => key !== line.key))}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Button size="small" icon={<PlusOutlined />} onClick={add}>
        {t.addLine}
      </Button>
    </>
  )
}
