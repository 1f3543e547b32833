// Package videos is a client as one might write it: it makes a video, tries again when there are too many requests, and
// waits by polling.
package videos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Client asks the API at BaseURL, as the owner of Token.
type Client struct {
	BaseURL, Token string
	// PollEvery is the time between two looks at a pending task.
	PollEvery time.Duration
}

// Result is a finished video, or why there is none.
type Result struct {
	Success  bool   `json:"success"`
	TaskID   string `json:"task_id"`
	VideoURL string `json:"video_url"`
	State    string `json:"state"`
	Error    *Error `json:"error"`
}

// Error is what the API says went wrong.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Create makes a video of a prompt. With more fields, such as "async" or "callback_url", only TaskID is there at once.
func (c Client) Create(ctx context.Context, prompt string, more map[string]any) (Result, error) {
	body := map[string]any{"action": "text2video", "model": "kling-v1", "prompt": prompt}
	for name, value := range more {
		body[name] = value
	}
	var result Result
	err := c.post(ctx, "/kling/videos", body, &result)
	return result, err
}

// Wait polls until the task has settled.
func (c Client) Wait(ctx context.Context, taskID string) (Result, error) {
	for {
		var task struct{ Response *Result }
		if err := c.post(ctx, "/kling/tasks", map[string]any{"id": taskID, "action": "retrieve"}, &task); err != nil {
			return Result{}, err
		}
		if task.Response != nil && task.Response.Error != nil {
			return *task.Response, task.Response.Error
		}
		if task.Response != nil && task.Response.Success {
			return *task.Response, nil
		}
		if err := pause(ctx, c.PollEvery); err != nil {
			return Result{}, err
		}
	}
}

func (c Client) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.BaseURL+path, bytes.NewReader(text))
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+c.Token)
		request.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		if answer.StatusCode != http.StatusTooManyRequests || attempt == 4 {
			return read(answer, into)
		}
		answer.Body.Close()
		after, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if err != nil {
			after = attempt
		}
		if err := pause(ctx, time.Duration(after)*time.Second); err != nil {
			return err
		}
	}
}

func read(answer *http.Response, into any) error {
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		return json.NewDecoder(answer.Body).Decode(into)
	}
	var refusal struct{ Error *Error }
	if err := json.NewDecoder(answer.Body).Decode(&refusal); err != nil || refusal.Error == nil {
		return fmt.Errorf("the API answered %s", answer.Status)
	}
	return refusal.Error
}

func pause(ctx context.Context, length time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(length):
		return nil
	}
}
