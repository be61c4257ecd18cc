// SPDX-License-Identifier: Apache-2.0

// Package dora fetches DORA incident events from Datadog's API with libdora.
package dora

// #cgo pkg-config: dora
// #include <dora.h>
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// ErrClosed is what every method of a Client returns after Close.
var ErrClosed = errors.New("dora: the client is closed")

// A Code tells the kind of an Error.
type Code uint32

const (
	InvalidArgument   Code = C.DORA_ERROR_INVALID_ARGUMENT
	BadRequest        Code = C.DORA_ERROR_BAD_REQUEST
	Unauthenticated   Code = C.DORA_ERROR_UNAUTHENTICATED
	Forbidden         Code = C.DORA_ERROR_FORBIDDEN
	NotFound          Code = C.DORA_ERROR_NOT_FOUND
	RateLimited       Code = C.DORA_ERROR_RATE_LIMITED
	ServerError       Code = C.DORA_ERROR_SERVER
	HTTPError         Code = C.DORA_ERROR_HTTP
	ConnectionError   Code = C.DORA_ERROR_CONNECTION
	TLSError          Code = C.DORA_ERROR_TLS
	Timeout           Code = C.DORA_ERROR_TIMEOUT
	Cancelled         Code = C.DORA_ERROR_CANCELLED
	ResponseTooLarge  Code = C.DORA_ERROR_RESPONSE_TOO_LARGE
	MalformedResponse Code = C.DORA_ERROR_MALFORMED_RESPONSE
	Internal          Code = C.DORA_ERROR_INTERNAL
)

func (c Code) String() string { return C.GoString(C.dora_error_code_name(C.dora_error_code(c))) }

// An Error is a call that failed.
type Error struct {
	Code       Code
	Message    string
	HTTPStatus int           // 0 if no response came back
	Retryable  bool          // whether the same call may succeed later
	RetryAfter time.Duration // what the server asked to wait; negative if it did not
}

func (e *Error) Error() string { return e.Message }

func takeError(e *C.dora_error) *Error {
	defer C.dora_error_free(e)
	return &Error{
		Code:       Code(C.dora_error_get_code(e)),
		Message:    C.GoString(C.dora_error_message(e)),
		HTTPStatus: int(C.dora_response_status(C.dora_error_response(e))),
		Retryable:  bool(C.dora_error_is_retryable(e)),
		RetryAfter: time.Duration(C.dora_error_retry_after_ms(e)) * time.Millisecond,
	}
}

// A Failure is an incident event. What the event does not carry has its zero value.
type Failure struct {
	ID, Type, Name, Env, Severity, Team, Version    string
	GitCommitSHA, GitRepositoryURL, GitRepositoryID string
	Services, CustomTags                            []string
	StartedAt, FinishedAt                           time.Time
	JSON                                            []byte // the response body as it was received
}

func takeFailure(f *C.dora_failure) *Failure {
	defer C.dora_failure_free(f)
	failure := &Failure{
		ID:               C.GoString(C.dora_failure_id(f)),
		Type:             C.GoString(C.dora_failure_type(f)),
		Name:             C.GoString(C.dora_failure_name(f)),
		Env:              C.GoString(C.dora_failure_env(f)),
		Severity:         C.GoString(C.dora_failure_severity(f)),
		Team:             C.GoString(C.dora_failure_team(f)),
		Version:          C.GoString(C.dora_failure_version(f)),
		GitCommitSHA:     C.GoString(C.dora_failure_git_commit_sha(f)),
		GitRepositoryURL: C.GoString(C.dora_failure_git_repository_url(f)),
		GitRepositoryID:  C.GoString(C.dora_failure_git_repository_id(f)),
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
	var length C.size_t
	json := C.dora_failure_json(f, &length)
	failure.JSON = C.GoBytes(unsafe.Pointer(json), C.int(length)) // less than 2 GiB
	return failure
}

// Options are the settings of a Client. A zero value leaves the setting to the
// environment (DD_SITE, DD_API_KEY, DD_APP_KEY) and to the library's default.
type Options struct {
	Site, APIKey, AppKey, AccessToken, BaseURL, CAFile string
	Timeout                                            time.Duration // of a call, retries included
}

// A Client fetches incident events, for any number of goroutines at once.
type Client struct {
	mutex  sync.RWMutex // read-locked by each call in progress
	handle *C.dora_client
}

// NewClient makes a Client; the caller closes it.
func NewClient(options Options) (*Client, error) {
	config := C.dora_config_new()
	defer C.dora_config_free(config)
	var err error
	set := func(value string, setter func(*C.char)) {
		if text, nul := syscall.BytePtrFromString(value); nul != nil {
			err = fmt.Errorf("dora: a setting holds a NUL byte: %w", nul)
		} else if value != "" {
			setter((*C.char)(unsafe.Pointer(text)))
		}
	}
	set(options.Site, func(v *C.char) { C.dora_config_set_site(config, v) })
	set(options.APIKey, func(v *C.char) { C.dora_config_set_api_key(config, v) })
	set(options.AppKey, func(v *C.char) { C.dora_config_set_app_key(config, v) })
	set(options.AccessToken, func(v *C.char) { C.dora_config_set_access_token(config, v) })
	set(options.BaseURL, func(v *C.char) { C.dora_config_set_base_url(config, v) })
	set(options.CAFile, func(v *C.char) { C.dora_config_set_ca_file(config, v) })
	if err != nil {
		return nil, err
	}
	if ms := (options.Timeout + time.Millisecond - 1) / time.Millisecond; ms > 0 && ms < 1<<32 {
		C.dora_config_set_timeout_ms(config, C.uint32_t(ms))
	}
	var e *C.dora_error
	client := &Client{handle: C.dora_client_new(config, &e)}
	if client.handle == nil {
		return nil, takeError(e)
	}
	runtime.SetFinalizer(client, (*Client).Close)
	return client, nil
}

// GetFailure fetches one incident event. When ctx is done it returns ctx.Err()
// at once; the request then ends by itself, within the client's timeout.
func (c *Client) GetFailure(ctx context.Context, id string) (*Failure, error) {
	text, err := syscall.BytePtrFromString(id)
	if err != nil {
		return nil, fmt.Errorf("dora: the id holds a NUL byte: %w", err)
	}
	var failure *Failure
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.mutex.RLock()
		defer c.mutex.RUnlock()
		var e *C.dora_error
		if c.handle == nil {
			err = ErrClosed
		} else if f := C.dora_get_failure(c.handle, (*C.char)(unsafe.Pointer(text)), &e); f != nil {
			failure = takeFailure(f)
		} else {
			err = takeError(e)
		}
	}()
	select {
	case <-done:
		return failure, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close ends the calls in progress with the Code Cancelled, waits for them and frees the client.
func (c *Client) Close() error {
	c.mutex.RLock()
	C.dora_client_cancel(c.handle)
	c.mutex.RUnlock()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.handle == nil {
		return ErrClosed
	}
	C.dora_client_free(c.handle)
	c.handle = nil
	return nil
}
