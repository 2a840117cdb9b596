import { CopyOutlined, ExportOutlined, ReloadOutlined, StopOutlined } from '@ant-design/icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, Popconfirm } from 'antd'
import { api, unwrap } from '@/api/client'
import { common, useLocale, useMessages } from '@/i18n'
import { copyText } from '@/lib/clipboard'
import { errorTitle, Panel } from '@/ui'
import { type Detail, detailQuery } from './data'
import { detailWords } from './detailWords'
import { buyerPath } from './labels'
import styles from './shipments.module.css'

const LINK = '/api/v1/shipments/{shipment_id}/buyer-link' as const

/** The link that a buyer gets: copied, opened, taken back or made anew. */
export function BuyerPanel({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const c = useMessages(common)
  const locale = useLocale()
  const client = useQueryClient()
  const { message } = App.useApp()
  const path = buyerPath(shipment.buyer_token)
  const params = { path: { shipment_id: shipment.id } }
  const after = (said: string) => ({
    onSuccess: () => {
      message.success(said)
      void client.invalidateQueries({ queryKey: detailQuery(shipment.id).queryKey })
    },
    onError: (error: unknown) => message.error(errorTitle(error, locale)),
  })
  const renew = useMutation({ mutationFn: () => unwrap(api.POST(LINK, { params })), ...after(t.linkRenewed) })
  const revoke = useMutation({ mutationFn: () => unwrap(api.DELETE(LINK, { params })), ...after(t.linkRevoked) })
  if (path === null) {
    return (
      <Panel title={t.buyerLink}>
        <p className={styles.quiet}>{t.noLink}</p>
        <Button size="small" icon={<ReloadOutlined />} loading={renew.isPending} onClick={() => renew.mutate()}>
          {t.makeLink}
        </Button>
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
        <Popconfirm title={t.renewSure} okText={t.renewLink} cancelText={c.cancel} onConfirm={() => renew.mutate()}>
          <Button size="small" icon={<ReloadOutlined />} loading={renew.isPending}>
            {t.renewLink}
          </Button>
        </Popconfirm>
        <Popconfirm title={t.revokeSure} okText={t.revokeLink} cancelText={c.cancel} onConfirm={() => revoke.mutate()}>
          <Button size="small" danger icon={<StopOutlined />} loading={revoke.isPending}>
            {t.revokeLink}
          </Button>
        </Popconfirm>
      </div>
    </Panel>
  )
}
