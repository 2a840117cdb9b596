import { CopyOutlined, ExportOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { common, useMessages } from '@/i18n'
import { copyText } from '@/lib/clipboard'
import { Panel } from '@/ui'
import { detailWords } from './detailWords'
import { buyerPath } from './labels'
import styles from './shipments.module.css'

/** The link that a buyer gets. */
export function BuyerPanel({ token }: { token: string | null }) {
  const t = useMessages(detailWords)
  const c = useMessages(common)
  const { message } = App.useApp()
  const path = buyerPath(token)
  if (path === null) {
    return (
      <Panel title={t.buyerLink}>
        <p className={styles.quiet}>{t.noLink}</p>
      </Panel>
    )
  }
  const url = window.location.origin + path
  const copy = async () => {
    if (await copyText(url)) message.success(c.copied)
    else message.error(c.copyFailed)
  }
  return (
    <Panel title={t.buyerLink}>
      <p className={styles.hint}>{t.buyerHow}</p>
      <code className={`${styles.link} y-mono`} title={url}>
        {url}
      </code>
      <div className={styles.line}>
        <Button size="small" icon={<CopyOutlined />} onClick={() => void copy()}>
          {t.copyLink}
        </Button>
        <Button size="small" icon={<ExportOutlined />} href={path} target="_blank" rel="noreferrer">
          {t.openLink}
        </Button>
      </div>
    </Panel>
  )
}
