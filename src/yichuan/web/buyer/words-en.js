/** The page in English. Couriers' own words stay as they wrote them, below ours. */

import { clock, local } from './time.js'

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const WEEK = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')
const day = (at) => `${MONTHS[local(at).month - 1]} ${local(at).date}`
const date = (at) => `${WEEK[local(at).weekday]}, ${day(at)}`
const NEAR = { '-1': 'Yesterday', 0: 'Today', 1: 'Tomorrow' }
const UNITS = { minute: ' min', hour: ' h' }
const many = (n, unit) => `${n} ${unit}${n === 1 ? '' : 's'}`

/** Cities through which most parcels go; others keep their own name. */
const CITIES = Object.fromEntries(
  `北京 Beijing 上海 Shanghai 天津 Tianjin 重庆 Chongqing 石家庄 Shijiazhuang 唐山 Tangshan 保定 Baoding
  廊坊 Langfang 邯郸 Handan 太原 Taiyuan 呼和浩特 Hohhot 包头 Baotou 鄂尔多斯 Ordos 沈阳 Shenyang 大连 Dalian 鞍山 Anshan
  长春 Changchun 吉林 Jilin 哈尔滨 Harbin 齐齐哈尔 Qiqihar 大庆 Daqing 南京 Nanjing 无锡 Wuxi 徐州 Xuzhou
  常州 Changzhou 苏州 Suzhou 南通 Nantong 连云港 Lianyungang 淮安 Huai'an 盐城 Yancheng 扬州 Yangzhou 镇江 Zhenjiang
  泰州 Taizhou 宿迁 Suqian 杭州 Hangzhou 宁波 Ningbo 温州 Wenzhou 嘉兴 Jiaxing 湖州 Huzhou 绍兴 Shaoxing 金华 Jinhua
  义乌 Yiwu 衢州 Quzhou 舟山 Zhoushan 台州 Taizhou 丽水 Lishui 合肥 Hefei 芜湖 Wuhu 蚌埠 Bengbu 阜阳 Fuyang
  福州 Fuzhou 厦门 Xiamen 莆田 Putian 泉州 Quanzhou 漳州 Zhangzhou 南昌 Nanchang 九江 Jiujiang 赣州 Ganzhou
  济南 Jinan 青岛 Qingdao 淄博 Zibo 烟台 Yantai 潍坊 Weifang 济宁 Jining 威海 Weihai 临沂 Linyi 郑州 Zhengzhou
  开封 Kaifeng 洛阳 Luoyang 新乡 Xinxiang 漯河 Luohe 南阳 Nanyang 商丘 Shangqiu 信阳 Xinyang 武汉 Wuhan
  黄石 Huangshi 十堰 Shiyan 宜昌 Yichang 襄阳 Xiangyang 鄂州 Ezhou 荆州 Jingzhou 长沙 Changsha 株洲 Zhuzhou
  湘潭 Xiangtan 衡阳 Hengyang 岳阳 Yueyang 常德 Changde 广州 Guangzhou 韶关 Shaoguan 深圳 Shenzhen 珠海 Zhuhai
  汕头 Shantou 佛山 Foshan 江门 Jiangmen 湛江 Zhanjiang 茂名 Maoming 肇庆 Zhaoqing 惠州 Huizhou 东莞 Dongguan
  中山 Zhongshan 潮州 Chaozhou 揭阳 Jieyang 南宁 Nanning 柳州 Liuzhou 桂林 Guilin 海口 Haikou 三亚 Sanya
  成都 Chengdu 绵阳 Mianyang 宜宾 Yibin 南充 Nanchong 贵阳 Guiyang 遵义 Zunyi 昆明 Kunming 大理 Dali 拉萨 Lhasa
  西安 Xi'an 宝鸡 Baoji 咸阳 Xianyang 兰州 Lanzhou 天水 Tianshui 西宁 Xining 银川 Yinchuan 乌鲁木齐 Ürümqi
  喀什 Kashgar 伊犁 Ili 台北 Taipei 香港 Hong\u00a0Kong 澳门 Macau`
    .trim()
    .split(/[ \n]+/)
    .reduce((pairs, word, i, all) => (i % 2 ? pairs : [...pairs, [word, all[i + 1]]]), []),
)

export default {
  other: '中文',
  otherLabel: '用中文查看',
  title: 'Parcel tracking',
  date,
  near: (days) => NEAR[days] || '',
  left: (days) => (days > 1 ? `in ${days} days` : ''),
  age: ([n, unit]) => (unit === 'now' ? 'just now' : `${unit === 'day' ? many(n, unit) : n + UNITS[unit]} ago`),
  moment: (at) => `${date(at)}, ${clock(at)}`,

  states: {
    preparing: ['Being prepared', 'The shop is packing your parcel'],
    awaiting: ['Waiting for pickup', 'Handed over by the shop, waiting for the courier'],
    ownWay: ['Sent', 'The shop delivers it itself, there is no courier tracking'],
    picked_up: ['Picked up', 'The courier has your parcel and will send it off'],
    in_transit: ['In transit', 'Your parcel is on its way'],
    customs: ['In customs', 'Your parcel is being cleared'],
    arriving: ['Arriving', 'Your parcel is at the local depot, next is delivery'],
    out_for_delivery: ['Out for delivery', 'The courier is on the way to you'],
    ready_for_collection: ['Ready to collect', 'Your parcel waits for you at the pickup point'],
    delivered: ['Delivered', 'Your parcel has arrived'],
    returning: ['Going back', 'Your parcel is on its way back to the shop'],
    returned: ['Returned', 'Your parcel is back at the shop'],
    cancelled: ['Cancelled', 'This parcel will not be sent'],
    lost: ['Lost', 'The courier has confirmed the loss'],
  },
  at: (city) => `Now in ${city}`,
  lastIn: (city) => `Last seen in ${city}`,
  leftCity: (city) => `Has left ${city}`,
  signers: {
    self: 'Signed for by you',
    family: 'Received by family',
    gate: 'Received by the gate, reception or property office',
    locker: 'Collected from the locker',
    station: 'Collected from the pickup station',
    third_party: 'Received by someone else',
  },
  tips: {
    preparing: 'To change the address or cancel, contact the shop soon.',
    awaiting: 'Every step shows here once the courier has the parcel.',
    ownWay: 'Ask the shop when it comes.',
    picked_up: 'To change the address, contact the shop soon.',
    in_transit: 'To change the address, contact the shop or the courier.',
    customs: 'If papers are missing, the courier will contact you.',
    arriving: 'The courier may call before delivery.',
    out_for_delivery: 'Keep your phone on; if you are out, agree with the courier on a place.',
    ready_for_collection: 'Please collect it soon; after the storage time it goes back.',
    delivered: 'Check the parcel; if it is damaged, take photos first, then contact the shop.',
    deliveredByOther: 'Not with you? Ask whoever received it, then contact the shop.',
    returning: 'See the refund in your order.',
    returned: 'See the refund in your order.',
    cancelled: 'See the refund in your order.',
    lost: 'Contact the shop for a new parcel or a refund.',
  },
  showCode: ' Enter the last four digits of your phone to see the pickup code.',

  expected: 'Expected',
  range: ({ from, to }) => {
    if (!from) return `${date(to)}, by ${clock(to)}`
    if (local(from).day < local(to).day) return `${day(from)} – ${day(to)}`
    const hours = (to - from) / 3600e3
    if (hours > 20) return date(to)
    return `${date(to)}, ${hours > 11.9 ? (local(to).hour < 12 ? 'morning' : 'afternoon') : `${clock(from)}–${clock(to)}`}`
  },
  ours: 'Estimated from parcels like yours',
  promised: 'Was expected',
  unknown: 'The courier has not given a date yet',
  late: (days) => (days > 0 ? `${many(days, 'day')} late` : 'Later than expected'),
  signed: 'Delivered on',
  arrived: 'There since',

  steps: {
    created: 'Ordered',
    picked_up: 'Picked up',
    in_transit: 'In transit',
    arriving: 'Arriving',
    out_for_delivery: 'Delivering',
    ready_for_collection: 'Collect',
    delivered: 'Delivered',
    returning: 'Going back',
    returned: 'Returned',
    cancelled: 'Cancelled',
    lost: 'Lost',
  },
  progress: 'Progress',
  stepState: { past: 'done', now: 'now', ahead: 'ahead', end: 'the end' },

  problems: {
    late_ship: ['Shipping is late', 'The shop has been asked to send it now.'],
    late_pickup: ['The courier has not picked it up yet', 'A pickup is being urged.'],
    fake_shipping: ['The courier does not have it yet', 'The shop gave a number, but the courier has no scan. This is being checked.'],
    pickup_failed: ['The pickup failed', 'The courier will come again.'],
    stalled: ['No news for a while', 'The courier is being asked where it is.'],
    force_majeure: ['Held up by weather or the like', 'The courier goes on as soon as it can.'],
    late_delivery: ['Later than expected', 'A quick delivery is being urged.'],
    not_collected: ['Still waiting for you', 'After the storage time it goes back. Please collect it soon.'],
    failed_delivery: ['The delivery failed', 'Keep your phone on; the courier will try again.'],
    unreachable: ['The courier cannot reach you', 'Keep your phone on, or arrange a time with the courier.'],
    refused: ['The parcel was refused', 'If that was not you, contact the shop soon.'],
    damaged: ['Damaged on the way', 'The courier has the case; ask the shop for a new parcel or a refund.'],
    lost: ['Possibly lost', 'It is being searched for; ask the shop for a new parcel or a refund.'],
    address_issue: ['The address needs checking', 'Please confirm address and phone with the shop.'],
    customs_held: ['Held by customs', 'If papers are missing, the shop or the courier will contact you.'],
    returning: ['On its way back', 'If you did not ask for this, contact the shop.'],
    suspicious_signing: ['The sign-off is being checked', 'If you have not got the parcel, contact the shop.'],
    other: ['Something went wrong', 'It is being looked into.'],
  },
  working: 'With',
  yourTurn: 'Your turn',
  parties: { merchant: 'the shop', courier: 'the courier', platform: 'the platform', customs: 'customs' },
  since: (text) => `found ${text}`,
  silent: (hours) => [
    `No news for ${hours < 72 ? many(hours, 'hour') : many(Math.floor(hours / 24), 'day')}`,
    'The courier may be slow to report; news shows here at once.',
  ],

  route: 'Route',
  ahead: (km) => `about ${km} km to go (straight line)`,
  travelled: (km) => `about ${km} km along straight lines`,
  inYourCity: 'In your city',
  routeSaid: (passed, goal) => `By way of ${passed.join(', ')}${goal ? `, next ${goal}` : ''}`,
  city: (name) => {
    const short = name.replace(/(.{2,})(市|地区|盟)$/, '$1')
    return CITIES[short] || short
  },

  timeline: 'Tracking history',
  legs: { first: 'First', next: 'Then', return: 'On its way back', piece: 'Another box' },
  history: { recalling: 'Fetching earlier scans…', unavailable: 'Earlier scans cannot be shown now, please come back later.' },
  noEvents: 'No scans yet',
  noEventsWhy: {
    preparing: 'Every step shows here once the shop has sent it.',
    awaiting: 'Every step shows here once the courier has scanned it.',
    ownWay: 'The shop delivers it itself; no courier scans it.',
  },
  more: (n) => `Show ${n} earlier`,
  details: {
    order_created: 'Order created',
    order_cancelled: 'Order cancelled',
    label_printed: 'Label printed',
    pickup_scheduled: 'Pickup scheduled',
    picked_up: 'Picked up',
    pickup_failed: 'Pickup failed',
    arrived_at_hub: 'Arrived at hub',
    departed_from_hub: 'Departed from hub',
    in_transit: 'In transit',
    transferred_to_carrier: 'Handed to another carrier',
    arrived_at_destination: 'Arrived at local depot',
    customs_declared: 'Customs declared',
    customs_held: 'Held by customs',
    customs_inspection: 'Customs inspection',
    customs_released: 'Released by customs',
    customs_duty_paid: 'Duty paid',
    clearance_completed: 'Clearance completed',
    out_for_delivery: 'Out for delivery',
    delivery_attempted: 'Delivery attempted',
    delivered: 'Delivered',
    delivery_to_locker: 'Put into a locker',
    awaiting_pickup: 'Ready to collect',
    signed_by_third_party: 'Received by someone else',
    exception: 'Exception',
    damaged: 'Damaged',
    lost: 'Lost',
    address_issue: 'Address problem',
    recipient_unavailable: 'Recipient unavailable',
    refused: 'Refused',
    return_initiated: 'Return started',
    in_return_transit: 'On the way back',
    returned_to_sender: 'Returned to sender',
    none: 'Courier note',
  },
  newest: 'Latest',
  zone: 'Times are China Standard Time (UTC+8)',

  courierName: (courier) => courier.name_en || courier.name_zh,
  courier: 'Courier',
  noCourier: 'Courier not chosen yet',
  number: 'Tracking number',
  noNumber: 'The number shows once it is sent',
  ownWay: ['Delivered by the shop', 'Without a tracking number'],
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Press and hold the number to copy',
  reveal: 'Show everything',
  last4: 'Last four digits of the phone',
  last4Why: 'Shows the full number and pickup details. Not kept.',
  check: 'Check',
  checking: 'Checking…',
  wrong: 'That does not match. Please try again.',
  short: 'Please enter four digits.',
  unreachable: 'No connection right now. Please try again.',
  tooMany: 'Too many tries. Please wait a while.',
  proofs: 'Proof of delivery',
  proofKinds: { photo: 'Delivery photo', signature: 'Signature' },
  recipient: 'Recipient',
  phone: 'Phone',
  address: 'Address',
  place: 'Pickup point',
  code: 'Pickup code',
  parcels: (n) => `${n} parcels in this order`,
  parcel: (n) => `Parcel ${n}`,
  deliverer: 'Delivered by',
  extension: (n) => `ext. ${n}`,
  virtual: 'A number for this delivery only',
  hotline: 'Courier service',
  askParty: { merchant: 'Ask the shop', platform: 'Ask the mall' },
  chat: 'Chat',
  share: 'Share',
  linkCopied: 'Link copied',
  linkNotCopied: 'Please copy the address from the browser',

  updated: (at) => `Updated ${clock(at)}`,
  auto: 'refreshes every minute',
  wholePage: 'Full page',
  refresh: 'Refresh',
  refreshing: 'Refreshing…',
  offline: (at) => `You are offline. This is from ${clock(at)}`,
  stale: (at) => `No connection right now. This is from ${clock(at)}; trying again soon`,
  changed: (word) => `Update: ${word}`,

  gone: ['We cannot find this parcel', 'The link is incomplete, expired or withdrawn.', 'Open the tracking page from your order again, or ask the shop for a new link.'],
  failed: ['Cannot load right now', 'The server did not answer. Your parcel is not affected.', 'The page will try again by itself, or use the button.'],
  noNetwork: ['You are offline', 'Please check your connection.', 'The page will load once you are back.'],
  retry: 'Try again',
}
