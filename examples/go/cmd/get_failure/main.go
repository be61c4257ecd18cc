// SPDX-License-Identifier: Apache-2.0

// Fetches an incident event and prints it.
//
//	get_failure [--base-url URL] [--ca-file FILE] [--] FAILURE_ID
//
// The keys and the site come from the environment: DD_API_KEY, DD_APP_KEY,
// DD_SITE. Exit status: 0 for an event, 1 for a failure, 2 for wrong usage.
//
//	go build -o .build/get_failure ./cmd/get_failure
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"example.org/dora"
)

func main() {
	var options dora.Options
	flag.StringVar(&options.BaseURL, "base-url", "", "")
	flag.StringVar(&options.CAFile, "ca-file", "", "")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: get_failure [--base-url URL] [--ca-file FILE] [--] FAILURE_ID")
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	failure, err := getFailure(options, flag.Arg(0))
	if err != nil {
		fmt.Fprintf(os.Stderr, "get_failure: %v\n", err)
		os.Exit(1)
	}
	printFailure(failure)
}

func getFailure(options dora.Options, id string) (*dora.Failure, error) {
	client, err := dora.NewClient(options)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return client.GetFailure(ctx, id)
}

func printFailure(failure *dora.Failure) {
	name := failure.Name
	if name == "" {
		name = "(no name)"
	}
	if failure.Severity != "" {
		name += " (" + failure.Severity + ")"
	}
	fmt.Println(name)
	printField("id", failure.ID)
	printList("services", failure.Services)
	printField("environment", failure.Env)
	printField("team", failure.Team)
	printField("version", failure.Version)
	printTimes(failure.StartedAt, failure.FinishedAt)
	printField("commit", failure.CommitSHA)
	printField("repository", failure.RepositoryURL)
	printList("tags", failure.CustomTags)
}

func printField(label, value string) {
	if value != "" {
		fmt.Printf("  %-12s %s\n", label, value)
	}
}

func printList(label string, values []string) {
	for _, value := range values {
		printField(label, value)
		label = ""
	}
}

func printTimes(started, finished time.Time) {
	printTime("started", started)
	printTime("finished", finished)
	if started.IsZero() || finished.Before(started) {
		return
	}
	duration := finished.Sub(started)
	text := fmt.Sprintf("%d s", int(duration.Seconds())%60)
	if duration >= time.Minute {
		text = fmt.Sprintf("%d min %s", int(duration.Minutes())%60, text)
	}
	if duration >= time.Hour {
		text = fmt.Sprintf("%d h %s", int(duration.Hours()), text)
	}
	printField("duration", text)
}

func printTime(label string, t time.Time) {
	layout := "2006-01-02 15:04:05 MST"
	if t.Nanosecond() != 0 {
		layout = "2006-01-02 15:04:05.000000000 MST"
	}
	if !t.IsZero() {
		printField(label, t.Format(layout))
	}
}
