/** What the buyer may say, in both languages; not part of the widget. */

const zh = {
  rate: '这次配送怎么样？',
  rated: '您的评价',
  stars: (n) => `${n} 星`,
  tags: { fast: '送得快', slow: '太慢', polite: '态度好', rude: '态度差', intact: '包装完好', damaged: '包装破损', to_the_door: '送货上门', not_asked: '未经同意放代收点' },
  words: '想说的话（选填，请勿填写电话等隐私）',
  send: '提交',
  sending: '提交中…',
  thanks: '谢谢您的评价',
  report: '遇到问题',
  kinds: { not_received: '显示签收但没收到', damaged: '包裹破损', wrong_address: '地址不对', other: '其他问题' },
  reported: '已反馈，会有人处理',
  proveFirst: '评价或反馈前，请先核对手机号后四位。',
  prove: '核对手机号',
  states: { open: '等待处理', answered: '处理中', closed: '已处理' },
  outcomes: { resolved: '已解决', reshipped: '已补发', returned: '已退回', compensated: '已赔付', no_fault: '核实无误', duplicate: '已合并处理', cleared: '问题已消除' },
  choose: '请先选择一项。',
  failed: { 409: '现在不能提交，可能已经提交过。', 429: '次数太多，请稍后再试。', 0: '暂时连不上，请稍后再试。' },
}

const en = {
  rate: 'How was this delivery?',
  rated: 'Your rating',
  stars: (n) => `${n} ${n === 1 ? 'star' : 'stars'}`,
  tags: { fast: 'Fast', slow: 'Too slow', polite: 'Friendly', rude: 'Unfriendly', intact: 'Well kept', damaged: 'Box damaged', to_the_door: 'To the door', not_asked: 'Left elsewhere unasked' },
  words: 'Anything to add (optional, no phone numbers please)',
  send: 'Send',
  sending: 'Sending…',
  thanks: 'Thank you for your rating',
  report: 'Report a problem',
  kinds: { not_received: 'Signed for, but not received', damaged: 'Damaged', wrong_address: 'Wrong address', other: 'Something else' },
  reported: 'Reported; someone will look into it',
  proveFirst: 'To rate or report, first enter the last four digits of your phone.',
  prove: 'Enter digits',
  states: { open: 'waiting', answered: 'being handled', closed: 'done' },
  outcomes: { resolved: 'resolved', reshipped: 'sent again', returned: 'returned', compensated: 'compensated', no_fault: 'nothing found wrong', duplicate: 'handled with another case', cleared: 'no longer a problem' },
  choose: 'Please choose one first.',
  failed: { 409: 'This cannot be sent now; perhaps it was sent before.', 429: 'Too many tries. Please wait a while.', 0: 'No connection right now. Please try again.' },
}

export const careWords = { 'zh-CN': zh, en }
