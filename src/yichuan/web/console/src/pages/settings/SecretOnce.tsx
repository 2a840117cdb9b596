import { Alert, Typography } from 'antd'
import { useMessages } from '@/i18n'
import { webhookWords } from './webhookWords'

/** A signing secret, shown only now. */
export function SecretOnce({ secret }: { secret: string }) {
  const t = useMessages(webhookWords)
  return (
    <Alert
      type="warning"
      showIcon
      title={t.secretOnce}
      description={
        <Typography.Text copyable className="y-mono" style={{ wordBreak: 'break-all' }}>
          {secret}
        </Typography.Text>
      }
    />
  )
}
