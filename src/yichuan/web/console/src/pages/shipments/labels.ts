import { api, http, unwrap } from '@/api'
import { queryClient } from '@/api/queryClient'
import { detailQuery, type Waybill, waybillsQuery } from './data'

const OPEN_FOR_MS = 120_000

/** The waybill whose label can be printed: issued by the hub, on the way out. */
export function printable(waybills: readonly Waybill[]): Waybill | undefined {
  return waybills.find(({ kind, state, leg }) => kind === 'hub' && state === 'issued' && leg === 'out')
}

export function labelPdf(waybillId: string): Promise<Blob> {
  return http.blob(`/waybills/${waybillId}/label`, { query: { format: 'pdf' } })
}

/** Opens a label as a document of its own tab, ready for the browser's printing. */
export async function openLabel(waybillId: string): Promise<void> {
  const tab = window.open('', '_blank')
  try {
    const url = URL.createObjectURL(await labelPdf(waybillId))
    setTimeout(() => URL.revokeObjectURL(url), OPEN_FOR_MS)
    if (tab === null) window.location.assign(url)
    else tab.location.replace(url)
  } catch (error) {
    tab?.close()
    throw error
  }
}

export function tellPrinted(waybillId: string): Promise<unknown> {
  return unwrap(api.POST('/api/v1/waybills/{waybill_id}/printed', { params: { path: { waybill_id: waybillId } } }))
}

export function waybillsOf(shipmentId: string): Promise<Waybill[]> {
  return queryClient.fetchQuery(waybillsQuery(shipmentId))
}

/** The buyer's page of a shipment on this server; `null` where the link was revoked. */
export function buyerPath(token: string | null | undefined): string | null {
  return token ? `/track/${token}` : null
}

/** Opens the buyer's page in a tab of its own: `false` where there is none. */
export async function openBuyerPage(shipmentId: string): Promise<boolean> {
  const tab = window.open('', '_blank')
  const { buyer_token } = await queryClient.fetchQuery(detailQuery(shipmentId))
  const path = buyerPath(buyer_token)
  if (path === null || tab === null) tab?.close()
  else tab.location.replace(path)
  return path !== null
}
