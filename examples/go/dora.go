// SPDX-License-Identifier: Apache-2.0

// Package dora fetches DORA incident events from Datadog's API with libdora. Keys and site come from
// the environment: DD_API_KEY, DD_APP_KEY, DD_SITE.
package dora

// #cgo pkg-config: dora
// #include <dora.h>
// #include <stdlib.h>
import "C"

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// ErrClosed is what a call returns after Close, and one that Close ended.
var ErrClosed = errors.New("dora: closed")

var errNUL = errors.New("dora: a text holds a NUL byte")

// An Error is a call that failed. Code is the name of a DORA_ERROR_ constant: "rate_limited".
type Error struct {
	Code, Message string
	HTTPStatus    int           // 0 if no response came back
	Retryable     bool          // whether the same call may succeed later
	RetryAfter    time.Duration // what the server asked to wait; negative if it did not
}

func (e *Error) Error() string { return e.Message }

func takeError(e *C.dora_error) *Error {
	defer C.dora_error_free(e)
	return &Error{
		Code:       C.GoString(C.dora_error_code_name(C.dora_error_get_code(e))),
		Message:    C.GoString(C.dora_error_message(e)),
		HTTPStatus: int(C.dora_response_status(C.dora_error_response(e))),
		Retryable:  bool(C.dora_error_is_retryable(e)),
		RetryAfter: time.Duration(C.dora_error_retry_after_ms(e)) * time.Millisecond,
	}
}

// A Failure is a copy of an incident event. What the event does not carry has its zero value.
type Failure struct {
	ID, Name, Severity, Env, Team, Version, CommitSHA, RepositoryURL string
	Services, CustomTags                                             []string
	StartedAt, FinishedAt                                            time.Time
}

func takeFailure(f *C.dora_failure) *Failure {
	defer C.dora_failure_free(f)
	failure := &Failure{
		ID:            C.GoString(C.dora_failure_id(f)),
		Name:          C.GoString(C.dora_failure_name(f)),
		Severity:      C.GoString(C.dora_failure_severity(f)),
		Env:           C.GoString(C.dora_failure_env(f)),
		Team:          C.GoString(C.dora_failure_team(f)),
		Version:       C.GoString(C.dora_failure_version(f)),
		CommitSHA:     C.GoString(C.dora_failure_git_commit_sha(f)),
		RepositoryURL: C.GoString(C.dora_failure_git_repository_url(f)),
	}
	for i := C.size_t(0); i < C.dora_failure_service_count(f); i++ {
		failure.Services = append(failure.Services, C.GoString(C.dora_failure_service(f, i)))
	}
	for i := C.size_t(0); i < C.dora_failure_custom_tag_count(f); i++ {
		failure.CustomTags = append(failure.CustomTags, C.GoString(C.dora_failure_custom_tag(f, i)))
	}
	var ns C.int64_t
	if C.dora_failure_started_at(f, &ns) {
		failure.StartedAt = time.Unix(0, int64(ns)).UTC()
	}
	if C.dora_failure_finished_at(f, &ns) {
		failure.FinishedAt = time.Unix(0, int64(ns)).UTC()
	}
	return failure
}

// Options are the settings of a Client; a zero value leaves one to the library's default.
type Options struct {
	BaseURL, CAFile string
	Timeout         time.Duration // of a call, retries included
}

// A Client fetches incident events, for any number of goroutines at once.
type Client struct {
	handle *C.dora_client
	closed chan struct{}
	mutex  sync.Mutex
	users  int // calls and searches, and the Client until it is closed; the last one frees the handle
}

// NewClient makes a Client; the caller closes it.
func NewClient(options Options) (*Client, error) {
	if strings.Contains(options.BaseURL+options.CAFile, "\x00") {
		return nil, errNUL
	}
	config := C.dora_config_new()
	defer C.dora_config_free(config)
	set := func(value string, setter func(*C.char)) {
		if text := C.CString(value); value != "" {
			defer C.free(unsafe.Pointer(text))
			setter(text)
		}
	}
	set(options.BaseURL, func(text *C.char) { C.dora_config_set_base_url(config, text) })
	set(options.CAFile, func(text *C.char) { C.dora_config_set_ca_file(config, text) })
	if ms := (options.Timeout-1)/time.Millisecond + 1; options.Timeout > 0 && ms < 1<<32 {
		C.dora_config_set_timeout_ms(config, C.uint32_t(ms))
	}
	var e *C.dora_error
	handle := C.dora_client_new(config, &e)
	if handle == nil {
		return nil, takeError(e)
	}
	return &Client{handle: handle, closed: make(chan struct{}), users: 1}, nil
}

func (c *Client) enter() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	select {
	case <-c.closed:
		return ErrClosed
	default:
		c.users++
		return nil
	}
}

func (c *Client) leave() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.users--; c.users == 0 {
		C.dora_client_free(c.handle)
	}
}

// Close ends the calls in progress with ErrClosed, and waits for none of them.
func (c *Client) Close() error {
	if err := c.enter(); err != nil {
		return err
	}
	close(c.closed)
	c.leave()
	c.leave()
	return nil
}

// wait calls step until it is done: at once, then whenever the descriptor is readable. Go's poller
// waits for that, so that no thread is blocked and none is left behind.
func (c *Client) wait(ctx context.Context, descriptor C.int, step func() bool) error {
	own, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(descriptor), syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return os.NewSyscallError("fcntl", errno)
	}
	if err := syscall.SetNonblock(int(own), true); err != nil {
		return err
	}
	file := os.NewFile(own, "libdora")
	defer file.Close()
	readable, err := file.SyscallConn()
	if err != nil {
		return err
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-ctx.Done():
		case <-c.closed:
		case <-done:
		}
		file.SetReadDeadline(time.Unix(1, 0))
	}()
	err = readable.Read(func(uintptr) bool { return step() })
	if errors.Is(err, os.ErrDeadlineExceeded) {
		if err = ctx.Err(); err == nil {
			err = ErrClosed
		}
	}
	return err
}

// GetFailure fetches one incident event. When ctx is done the request ends, and ctx.Err() is returned.
func (c *Client) GetFailure(ctx context.Context, id string) (*Failure, error) {
	if strings.Contains(id, "\x00") {
		return nil, errNUL
	}
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	var e *C.dora_error
	queue := C.dora_queue_new(c.handle, 1, &e)
	if queue == nil {
		return nil, takeError(e)
	}
	defer C.dora_queue_free(queue)
	text := C.CString(id)
	defer C.free(unsafe.Pointer(text))
	if !C.dora_queue_add(queue, text, 0, &e) {
		return nil, takeError(e)
	}
	var result *C.dora_result
	err := c.wait(ctx, C.dora_queue_fd(queue), func() bool {
		result = C.dora_queue_next(queue, 0)
		return result != nil
	})
	if err != nil {
		return nil, err
	}
	defer C.dora_result_free(result)
	if f := C.dora_result_take_failure(result); f != nil {
		return takeFailure(f), nil
	}
	return nil, takeError(C.dora_result_take_error(result))
}

// A Search is for one goroutine at a time.
type Search struct {
	client *Client
	handle *C.dora_search
}

// Search finds the events with from <= started_at < to that match the query, newest first; the caller
// closes it. An empty query is all, a zero time no bound.
func (c *Client) Search(query string, from, to time.Time) (*Search, error) {
	if strings.Contains(query, "\x00") {
		return nil, errNUL
	}
	if err := c.enter(); err != nil {
		return nil, err
	}
	text := C.CString(query)
	defer C.free(unsafe.Pointer(text))
	first, last := C.int64_t(C.INT64_MIN), C.int64_t(C.INT64_MAX)
	if !from.IsZero() {
		first = C.int64_t(from.UnixNano())
	}
	if !to.IsZero() {
		last = C.int64_t(to.UnixNano())
	}
	var e *C.dora_error
	handle := C.dora_search_failures(c.handle, text, first, last, &e)
	if handle == nil {
		c.leave()
		return nil, takeError(e)
	}
	return &Search{c, handle}, nil
}

// Next returns the next event, and io.EOF behind the last. After another error it may be called again.
func (s *Search) Next(ctx context.Context) (*Failure, error) {
	if s.handle == nil {
		return nil, ErrClosed
	}
	var status C.dora_search_status
	var f *C.dora_failure
	var e *C.dora_error
	err := s.client.wait(ctx, C.dora_search_fd(s.handle), func() bool {
		status = C.dora_search_next(s.handle, 0, &f, &e)
		return status != C.DORA_SEARCH_WAITING
	})
	switch {
	case err != nil:
		return nil, err
	case status == C.DORA_SEARCH_EVENT:
		return takeFailure(f), nil
	case status == C.DORA_SEARCH_ERROR:
		return nil, takeError(e)
	}
	return nil, io.EOF
}

// Close frees the search. Closing it again does nothing.
func (s *Search) Close() {
	if s.handle != nil {
		C.dora_search_free(s.handle)
		s.handle = nil
		s.client.leave()
	}
}
