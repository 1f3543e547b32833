package videos_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	videos "example.test/videos"
)

var baseURL string

// TestMain has one server for all tests: the one of `mockling exec`, or one of its own.
func TestMain(m *testing.M) {
	baseURL = os.Getenv("MOCKLING_URL")
	if baseURL != "" {
		os.Exit(m.Run())
	}
	server, err := start()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mockling does not start:", err)
		os.Exit(1)
	}
	code := m.Run()
	server.Process.Signal(os.Interrupt)
	server.Wait()
	os.Exit(code)
}

// start runs mockling on a free port and reads where it listens.
func start() (*exec.Cmd, error) {
	command := []string{"npx", "--yes", "mockling"}
	if path, err := exec.LookPath("mockling"); err == nil {
		command = []string{path}
	}
	command = append(command, "--port", "0", "--json", "--clock", "auto-skip", "--pace", "real")
	server := exec.Command(command[0], command[1:]...)
	server.Stderr = os.Stderr
	output, err := server.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := server.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	var facts struct{ URL string }
	err = json.Unmarshal(line, &facts)
	baseURL = facts.URL
	return server, err
}

// client is one with a token of this test alone: its tasks, clock and rules are its own.
func client(t *testing.T) videos.Client {
	t.Parallel()
	return videos.Client{BaseURL: baseURL, Token: t.Name(), PollEvery: 10 * time.Millisecond}
}

// will has the next creates of the test go through something: `mockling outcomes` lists what there is.
func will(t *testing.T, effects string, next int) {
	t.Helper()
	rule, _ := json.Marshal(map[string]any{"token": t.Name(), "effects": effects, "next": next})
	answer, err := http.Post(baseURL+"/_mockling/v1/rules", "application/json", bytes.NewReader(rule))
	if err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("no rule was made: %v %v", answer, err)
	}
	answer.Body.Close()
}

func TestMakesAVideoThatPlays(t *testing.T) {
	video, err := client(t).Create(t.Context(), "a white mug", nil)
	if err != nil {
		t.Fatal(err)
	}
	file, err := http.Get(video.VideoURL)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Body.Close()
	head := make([]byte, 8)
	if _, err := io.ReadFull(file.Body, head); err != nil || string(head[4:]) != "ftyp" {
		t.Fatalf("no MP4 begins with %q: %v", head, err)
	}
}

func TestWaitsByPolling(t *testing.T) {
	client := client(t)
	task, err := client.Create(t.Context(), "a white mug", map[string]any{"async": true})
	if err != nil {
		t.Fatal(err)
	}
	result, err := client.Wait(t.Context(), task.TaskID)
	if err != nil || result.State != "succeed" {
		t.Fatalf("%+v: %v", result, err)
	}
}

func TestIsCalledBack(t *testing.T) {
	client := client(t)
	bodies := make(chan videos.Result, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body videos.Result
		if json.NewDecoder(r.Body).Decode(&body) == nil {
			bodies <- body
		}
	}))
	defer receiver.Close()
	task, err := client.Create(t.Context(), "a white mug", map[string]any{"callback_url": receiver.URL})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case body := <-bodies:
		if body.TaskID != task.TaskID || !body.Success {
			t.Fatalf("%+v", body)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
	}
}

func TestTriesAgainWhenThereAreTooManyRequests(t *testing.T) {
	client := client(t)
	will(t, "refuse too_many_requests retry-after=1", 1)
	if _, err := client.Create(t.Context(), "a white mug", nil); err != nil {
		t.Fatal(err)
	}
}

func TestTellsOfATaskThatFails(t *testing.T) {
	client := client(t)
	will(t, "fail forbidden after=30", 1)
	task, err := client.Create(t.Context(), "a white mug", map[string]any{"async": true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Wait(t.Context(), task.TaskID)
	var refusal *videos.Error
	if !errors.As(err, &refusal) || refusal.Code != "forbidden" {
		t.Fatalf("not told that it failed: %v", err)
	}
}
