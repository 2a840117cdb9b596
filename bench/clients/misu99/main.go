// Drives misu99/kdniao: recognise, query (8001), follow (8008), waybill.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/misu99/kdniao"
	"github.com/misu99/kdniao/request"
	"github.com/misu99/kdniao/sdk"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	config := kdniao.NewKdniaoConfig(os.Getenv("KDN_ID"), os.Getenv("KDN_KEY"))
	logger := kdniao.NewKdniaoLogger()
	number, shipper := os.Getenv("KDN_NUMBER"), os.Getenv("KDN_SHIPPER")

	recogniser := sdk.NewApiRecognise(config, logger)
	recognised, err := recogniser.GetResponse(recogniser.GetRequest(number))
	must(err)

	tracker := sdk.NewApiMonitorRealtime(config, logger)
	asked := request.MonitorRealtimeRequest{}
	asked.LogisticCode, asked.ShipperCode = number, shipper
	track, err := tracker.GetResponse(tracker.GetRequest(asked))
	must(err)

	orders := sdk.NewOrder(config, logger)
	wanted := request.OrderRequest{}
	must(json.Unmarshal([]byte(os.Getenv("KDN_ORDER")), &wanted))
	waybill, err := orders.GetResponse(orders.GetRequest(wanted))
	must(err)

	out, err := json.Marshal(map[string]any{
		"state":      track.State,
		"traces":     len(track.Traces),
		"recognised": recognised.Shippers[0].ShipperCode,
		"waybill":    waybill.Order.LogisticCode,
		"label":      len(waybill.PrintTemplate) > 0,
	})
	must(err)
	fmt.Println(string(out))
}
