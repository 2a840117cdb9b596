import { DeleteOutlined, UploadOutlined } from '@ant-design/icons'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Image, Popconfirm, Upload } from 'antd'
import { api, type Schema, unwrap } from '@/api/client'
import { common, useLocale, useMessages } from '@/i18n'
import { ErrorState, errorTitle, IconButton, Panel, TimeAgo } from '@/ui'
import type { Detail } from './data'
import { detailWords } from './detailWords'
import styles from './proofs.module.css'

type Proof = Schema<'ProofView'>

const proofsQuery = (id: string) =>
  queryOptions({
    queryKey: ['shipment', id, 'proofs'],
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET('/api/v1/shipments/{shipment_id}/proofs', { params: { path: { shipment_id: id } }, signal })))
        .items,
  })

function send(shipment_id: string, file: File) {
  const form = new FormData()
  form.append('file', file)
  return unwrap(
    api.POST('/api/v1/shipments/{shipment_id}/proofs', {
      params: { path: { shipment_id } },
      body: form as never,
      bodySerializer: (body: unknown) => body as FormData,
    }),
  )
}

/** Photos and signatures of the delivery: looked at one by one, each look on record. */
export function ProofsPanel({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const locale = useLocale()
  const client = useQueryClient()
  const { message } = App.useApp()
  const query = proofsQuery(shipment.id)
  const proofs = useQuery(query)
  const refresh = () => void client.invalidateQueries({ queryKey: query.queryKey })
  const add = useMutation({
    mutationFn: (file: File) => send(shipment.id, file),
    onSuccess: () => {
      message.success(t.proofAdded)
      refresh()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  const upload = (
    <Upload
      accept="image/jpeg,image/png,image/webp"
      showUploadList={false}
      beforeUpload={(file) => {
        add.mutate(file)
        return false
      }}
    >
      <Button size="small" icon={<UploadOutlined />} loading={add.isPending}>
        {t.addProof}
      </Button>
    </Upload>
  )
  return (
    <Panel title={t.proofs} extra={upload}>
      {proofs.isError && <ErrorState compact error={proofs.error} onRetry={() => void proofs.refetch()} />}
      {proofs.data?.length === 0 && <p className={styles.quiet}>{t.noProofs}</p>}
      <ul className={styles.list}>
        {proofs.data?.map((proof) => (
          <li key={proof.id}>
            <One proof={proof} shipmentId={shipment.id} onRemoved={refresh} />
          </li>
        ))}
      </ul>
      <Fetching id={shipment.id} onDone={refresh} />
      <p className={styles.quiet}>{t.proofHow}</p>
    </Panel>
  )
}

/** Pictures that a courier has and we do not (yet). */
function Fetching({ id, onDone }: { id: string; onDone: () => void }) {
  const t = useMessages(detailWords)
  const locale = useLocale()
  const client = useQueryClient()
  const { message } = App.useApp()
  const params = { path: { shipment_id: id } }
  const query = queryOptions({
    queryKey: ['shipment', id, 'courier-pictures'],
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET('/api/v1/shipments/{shipment_id}/courier-pictures', { params, signal }))).items,
  })
  const retry = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/shipments/{shipment_id}/courier-pictures/retry', { params })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: query.queryKey })
      onDone()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  const open = useQuery(query).data?.filter(({ state }) => state !== 'done') ?? []
  if (open.length === 0) return null
  const why = t.pictureErrors as Readonly<Record<string, string>>
  return (
    <>
      {open.map((one) => (
        <p key={one.created_at + one.kind} className={styles.quiet}>
          {one.state === 'wanted' ? t.pictureComing : t.pictureFailed(one.attempts)}
          {one.error !== null && ` ${why[one.error] ?? one.error}`}
        </p>
      ))}
      {open.some(({ state }) => state === 'failed') && (
        <Button size="small" loading={retry.isPending} onClick={() => retry.mutate()}>
          {t.pictureRetry}
        </Button>
      )}
    </>
  )
}

function One({ proof, shipmentId, onRemoved }: { proof: Proof; shipmentId: string; onRemoved: () => void }) {
  const t = useMessages(detailWords)
  const c = useMessages(common)
  const path = { shipment_id: shipmentId, proof_id: proof.id }
  const remove = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/shipments/{shipment_id}/proofs/{proof_id}', { params: { path } })),
    onSuccess: onRemoved,
  })
  const what = proof.kind === 'signature' ? t.signature : t.photo
  return (
    <figure className={styles.proof}>
      <Image
        src={`/api/v1/shipments/${shipmentId}/proofs/${proof.id}`}
        alt={what}
        width={112}
        height={112}
        className={styles.picture}
        loading="lazy"
      />
      <figcaption>
        {what}
        <span className={styles.quiet}>
          {proof.source === 'courier' ? `${t.fromCourier} · ` : ''}
          <TimeAgo at={proof.taken_at ?? proof.created_at} />
        </span>
        {proof.source === 'api' && (
          <Popconfirm title={t.removeProof} okText={c.remove} cancelText={c.cancel} onConfirm={() => remove.mutate()}>
            <IconButton label={c.remove} icon={<DeleteOutlined />} />
          </Popconfirm>
        )}
      </figcaption>
    </figure>
  )
}
