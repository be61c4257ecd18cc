// SPDX-License-Identifier: Apache-2.0

// What a Go program sees of errors, and of a client that is closed; see test_other_languages.py.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"example.org/dora"
)

func newClient(timeout time.Duration) *dora.Client {
	client, err := dora.NewClient(dora.Options{BaseURL: os.Args[1], CAFile: os.Args[2], Timeout: timeout})
	if err != nil {
		panic(err)
	}
	return client
}

func failed(_ *dora.Failure, err error) *dora.Error {
	var e *dora.Error
	if !errors.As(err, &e) {
		panic(fmt.Sprintf("not a *dora.Error: %v", err))
	}
	return e
}

func main() {
	background := context.Background()
	hasty := newClient(300 * time.Millisecond)
	e := failed(hasty.GetFailure(background, "limited"))
	fmt.Println(e.Code, e.HTTPStatus, e.Retryable, e.RetryAfter.Milliseconds())
	fmt.Println(failed(hasty.GetFailure(background, "silent")).Code)

	client := newClient(0)
	short, cancel := context.WithTimeout(background, 100*time.Millisecond)
	defer cancel()
	if _, err := client.GetFailure(short, "silent"); !errors.Is(err, context.DeadlineExceeded) {
		panic(err)
	}
	failure, err := client.GetFailure(background, "documented")
	if err != nil {
		panic(err)
	}
	cancelled := make(chan *dora.Error)
	go func() { cancelled <- failed(client.GetFailure(background, "silent")) }()
	time.Sleep(200 * time.Millisecond)
	if err := client.Close(); err != nil {
		panic(err)
	}
	fmt.Println((<-cancelled).Code)
	fmt.Println(failure.Name, failure.StartedAt.UnixNano())

	_, afterClose := client.GetFailure(background, "documented")
	fmt.Println(errors.Is(afterClose, dora.ErrClosed), errors.Is(client.Close(), dora.ErrClosed))
	_, nul := hasty.GetFailure(background, "documented\x00")
	fmt.Println(errors.Is(nul, syscall.EINVAL))
}
