// SPDX-License-Identifier: Apache-2.0

// What a Go program sees of errors, cancelled calls, searches, and of a client that is closed; see
// test_other_languages.py. Arguments: base URL, CA file, and how many calls to cancel.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.org/dora"
)

func newClient(timeout time.Duration) *dora.Client {
	return must(dora.NewClient(dora.Options{BaseURL: os.Args[1], CAFile: os.Args[2], Timeout: timeout}))
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func failed(_ *dora.Failure, err error) *dora.Error {
	var e *dora.Error
	if !errors.As(err, &e) {
		panic(fmt.Sprintf("not a *dora.Error: %v", err))
	}
	return e
}

// status is a number of /proc/self/status.
func status(name string) int {
	_, rest, _ := strings.Cut(string(must(os.ReadFile("/proc/self/status"))), name+":")
	return must(strconv.Atoi(strings.Fields(rest)[0]))
}

// cancelCalls lets calls that get no answer run into the end of their context, many at once.
func cancelCalls(client *dora.Client, count int) {
	var group sync.WaitGroup
	for worker := 0; worker < 20; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for call := 0; call < count/20; call++ {
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
				if _, err := client.GetFailure(ctx, "silent"); !errors.Is(err, context.DeadlineExceeded) {
					panic(err)
				}
				cancel()
			}
		}()
	}
	group.Wait()
}

func search(client *dora.Client) (ids []string) {
	found := must(client.Search("", time.Time{}, time.Time{}))
	defer found.Close()
	for {
		failure, err := found.Next(context.Background())
		if err == io.EOF {
			return ids
		}
		if err == nil {
			ids = append(ids, failure.ID)
		} else {
			fmt.Println(failed(failure, err).Code)
		}
	}
}

func main() {
	background := context.Background()
	hasty := newClient(300 * time.Millisecond)
	e := failed(hasty.GetFailure(background, "limited"))
	fmt.Println(e.Code, e.HTTPStatus, e.Retryable, e.RetryAfter.Milliseconds())
	fmt.Println(failed(hasty.GetFailure(background, "silent")).Code)

	client := newClient(0)
	ids := search(client)
	fmt.Println(len(ids), ids[0], ids[len(ids)-1])

	cancelCalls(client, 100)
	threads, kilobytes := status("Threads"), status("VmRSS")
	cancelCalls(client, must(strconv.Atoi(os.Args[3])))
	fmt.Println("flat:", status("Threads") <= threads+4, status("VmRSS") < kilobytes+16384)

	failure := must(client.GetFailure(background, "documented"))
	cancelled := make(chan error)
	go func() {
		_, err := client.GetFailure(background, "silent")
		cancelled <- err
	}()
	time.Sleep(200 * time.Millisecond)
	start := time.Now()
	must(0, client.Close())
	err := <-cancelled
	fmt.Println("closed:", errors.Is(err, dora.ErrClosed), time.Since(start) < 5*time.Second)
	fmt.Println(failure.Name, failure.StartedAt.UnixNano())

	_, afterClose := client.GetFailure(background, "documented")
	fmt.Println("refused:", errors.Is(afterClose, dora.ErrClosed), errors.Is(client.Close(), dora.ErrClosed))
	_, nul := hasty.GetFailure(background, "documented\x00")
	fmt.Println(nul)
}
