// Drives klover2/node-kdniao-ts: query, waybill, the same order code again, cancel.
const Kdniao = require('./dist/index.js');
const { KDN_BASE, KDN_ID, KDN_KEY, KDN_SHIPPER, KDN_NUMBER, KDN_ORDER } = process.env;

async function main() {
  const client = new Kdniao(KDN_ID, KDN_KEY);
  const call = (type, path, params) => client.allApi({ type, params, url: KDN_BASE + path });
  const query = { ShipperCode: KDN_SHIPPER, LogisticCode: KDN_NUMBER };
  const track = await call('1002', '/Ebusiness/EbusinessOrderHandle.aspx', query);
  const order = JSON.parse(KDN_ORDER);
  const first = await call('1007', '/api/EOrderService', order);
  const again = await call('1007', '/api/EOrderService', order);
  const number = first.Order && first.Order.LogisticCode;
  const gone = await call('1147', '/api/EOrderService', {
    ShipperCode: order.ShipperCode, OrderCode: order.OrderCode, ExpNo: number,
  });
  console.log(JSON.stringify({
    state: track.State,
    traces: track.Traces.length,
    waybill: number || first,
    label: /<html/i.test(first.PrintTemplate || ''),
    repeat_buys_nothing: again.ResultCode === '106' && again.Order.LogisticCode === number,
    cancelled: gone.Success,
  }));
}
main();
