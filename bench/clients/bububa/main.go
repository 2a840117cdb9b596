// Drives bububa/kdniao: query (1002), monitor (8001), search (8002), follow (1008).
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/bububa/kdniao/api"
	"github.com/bububa/kdniao/core"
	"github.com/bububa/kdniao/model"
)

func main() {
	client := core.NewClient(os.Getenv("KDN_ID"), os.Getenv("KDN_KEY"))
	ask := &model.SearchRequest{
		ShipperCode: os.Getenv("KDN_SHIPPER"), LogisticCode: os.Getenv("KDN_NUMBER"),
	}
	calls := map[string]func(*core.Client, *model.SearchRequest, *model.TracingData) error{
		"instant": api.InstantSearch, "monitor": api.SearchMonitor,
		"express": api.ExpressSearch, "follow": api.Subscribe,
	}
	out := map[string]any{}
	for name, call := range calls {
		var found model.TracingData
		err := call(client, ask, &found)
		if err != nil {
			fmt.Fprintln(os.Stderr, name, err)
			os.Exit(1)
		}
		if name == "instant" {
			out["state"], out["traces"] = found.State, len(found.Traces)
		}
		out[name] = found.Success
	}
	text, _ := json.Marshal(out)
	fmt.Println(string(text))
}
