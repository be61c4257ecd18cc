// SPDX-License-Identifier: Apache-2.0

// Prints the incident events that match a query, the newest first, a line for each, until Ctrl-C.
//
//	search [QUERY [BASE_URL [CA_FILE]]]
//
// The keys and the site come from the environment. Exit status: 0, or 1 for an error.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"example.org/dora"
)

func main() {
	arguments := append(os.Args[1:], "", "", "")
	err := search(arguments[0], dora.Options{BaseURL: arguments[1], CAFile: arguments[2]})
	if err != nil {
		fmt.Fprintf(os.Stderr, "search: %v\n", err)
		os.Exit(1)
	}
}

func search(query string, options dora.Options) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	client, err := dora.NewClient(options)
	if err != nil {
		return err
	}
	defer client.Close()
	found, err := client.Search(query, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	defer found.Close()
	for {
		failure, err := found.Next(ctx)
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		fmt.Printf("%s: %s\n", failure.ID, failure.Name)
	}
}
