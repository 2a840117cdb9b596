import { Form, Select } from 'antd'
import { defineMessages, useMessages } from '@/i18n'

const words = defineMessages(
  { hosts: '主机名', networks: '网段（CIDR）' },
  { hosts: 'Host names', networks: 'Networks (CIDR)' },
)

/** Addresses an operator allows beyond public ones: fields `allowed_hosts` and `allowed_networks`. */
export function AllowedFields() {
  const t = useMessages(words)
  return (
    <>
      <Form.Item name="allowed_hosts" label={t.hosts}>
        <Select mode="tags" open={false} suffixIcon={null} placeholder="erp.example" />
      </Form.Item>
      <Form.Item name="allowed_networks" label={t.networks}>
        <Select mode="tags" open={false} suffixIcon={null} placeholder="10.20.0.0/16" />
      </Form.Item>
    </>
  )
}
