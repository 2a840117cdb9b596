import { CheckCircleFilled, ClockCircleOutlined, LinkOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useLocale, useMessages } from '@/i18n'
import { Chip, CopyableNumber, DetailSkeleton, EmptyState, ErrorState, Facts, PageStack, Panel } from '@/ui'
import { RatingsPanel } from '@/ratings/RatingsPanel'
import { Capabilities } from './Capabilities'
import { type CourierDetail, courierQuery, type Offer } from './catalogueData'
import { catalogueWords } from './catalogueWords'
import styles from './catalogue.module.css'

/** A name of its own in every language. */
const TRACK17 = '17TRACK'

/** One courier: what can be done, through whom, and what is missing before it can be used. */
export function CourierBody({ id }: { id: string }) {
  const { data, error, isError, refetch } = useQuery(courierQuery(id))
  if (isError) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <DetailSkeleton />
  return (
    <PageStack>
      <About courier={data} />
      <RatingsPanel of={{ courier: data.code }} />
      <GoLive courier={data} />
      <Services courier={data} />
    </PageStack>
  )
}

function About({ courier }: { courier: CourierDetail }) {
  const t = useMessages(catalogueWords)
  const locale = useLocale()
  const region = courier.country && new Intl.DisplayNames(locale, { type: 'region' }).of(courier.country)
  const codes = [
    courier.kuaidi100.length > 0 && t.kuaidi100(courier.kuaidi100.join(' ')),
    courier.track17.length > 0 && `${TRACK17} ${courier.track17.join(' ')}`,
  ].filter((text) => text !== false)
  return (
    <Panel title={t.facts}>
      <Facts
        items={[
          { label: t.code, value: <CopyableNumber value={courier.code} /> },
          { label: t.kind, value: t.kinds[courier.kind] },
          region !== '' && { label: t.country, value: region },
          courier.phone !== null && { label: t.phone, value: <a href={`tel:${courier.phone}`}>{courier.phone}</a> },
          courier.website !== null && {
            label: t.website,
            value: (
              <a href={courier.website} target="_blank" rel="noreferrer noopener">
                <LinkOutlined /> {courier.website.replace(/^https?:\/\/|\/$/g, '')}
              </a>
            ),
          },
          courier.aliases.length > 0 && { label: t.aliases, value: courier.aliases.join('  '), wide: true },
          codes.length > 0 && { label: t.otherCodes, value: codes.join('  '), wide: true },
          courier.same_as !== null && {
            label: t.courier,
            value: <Link to={`/couriers/catalogue/${courier.same_as}`}>{t.sameAs(courier.same_as)}</Link>,
            wide: true,
          },
        ]}
      />
    </Panel>
  )
}

function GoLive({ courier }: { courier: CourierDetail }) {
  const t = useMessages(catalogueWords)
  const offers = courier.offers ?? []
  return (
    <Panel title={t.goLive} extra={<Link to="/couriers">{t.toAccounts}</Link>}>
      {offers.length === 0 ? (
        <EmptyState title={t.noOffer} how={t.noOfferHow} />
      ) : (
        offers.map((offer) => <OfferEntry key={offer.connector} offer={offer} />)
      )}
    </Panel>
  )
}

function OfferEntry({ offer }: { offer: Offer }) {
  const t = useMessages(catalogueWords)
  const zh = useLocale() === 'zh-CN'
  const notes = zh ? offer.notes_zh : offer.notes_en
  const fields = offer.account_fields.map((field) => t.fields[field as keyof typeof t.fields] ?? field)
  return (
    <article className={styles.offer}>
      <div className={styles.offerHead}>
        <h3>{zh ? offer.zh : offer.en}</h3>
        <span className={styles.quiet}>{t[offer.kind]}</span>
        <Chip tone={offer.live ? 'done' : 'risk'} icon={offer.live ? CheckCircleFilled : ClockCircleOutlined}>
          {offer.live ? t.live : t.notLive}
        </Chip>
        <span className={styles.quiet}>
          {t.theirCode} <CopyableNumber value={offer.their_code} />
        </span>
      </div>
      <Capabilities can={offer.can} />
      <ul className={styles.steps}>
        {offer.steps.map(({ key, done, needed }) => (
          <li key={key}>
            {done ? <CheckCircleFilled className={styles.done} /> : <ClockCircleOutlined className={styles.open} />}
            <span>
              {t.steps[key]}
              {!needed && !done && <span className={styles.quiet}> {t.optional}</span>}
            </span>
            {!done && (
              <small>
                {t.hints[key]}
                {key === 'account' && fields.length > 0 && ` ${t.accountNeeds} ${fields.join(zh ? '、' : ', ')}`}
              </small>
            )}
          </li>
        ))}
      </ul>
      {notes !== '' && (
        <p>
          {t.notes} {notes}
        </p>
      )}
      {offer.sources.length > 0 && (
        <p className={styles.sources}>
          {t.sources} {offer.sources.join('; ')}
        </p>
      )}
    </article>
  )
}

const kilograms = (grams: number) => String(grams / 1000)

function Services({ courier }: { courier: CourierDetail }) {
  const t = useMessages(catalogueWords)
  const zh = useLocale() === 'zh-CN'
  const services = courier.services ?? []
  return (
    <Panel title={t.services}>
      {services.length === 0 && courier.added.length === 0 && <p className={styles.quiet}>{t.noServices}</p>}
      <ul className={styles.services}>
        {services.map((one) => (
          <li key={one.code}>
            <span>{zh ? one.name_zh : one.name_en}</span>
            <span className={styles.quiet}>
              {t.weight(kilograms(one.min_weight_g), one.max_weight_g === null ? '' : kilograms(one.max_weight_g))}{' '}
              {t.days(one.typical_days)}
            </span>
          </li>
        ))}
        {courier.added.map((one) => (
          <li key={one}>{t.added[one]}</li>
        ))}
      </ul>
    </Panel>
  )
}
