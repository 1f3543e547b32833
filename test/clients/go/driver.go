// Command driver goes through the scenarios with the client that oapi-codegen generated.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"generated/kling"
)

var background = context.Background()

type saw map[string]any

func tell(scenario string, saw saw) {
	must(json.NewEncoder(os.Stdout).Encode(map[string]any{"scenario": scenario, "saw": saw}))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func given(name string) string {
	value, ok := os.LookupEnv(name)
	if !ok {
		log.Fatalf("%s is not set", name)
	}
	return value
}

func client(token string) *kling.ClientWithResponses {
	bearer := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
	client, err := kling.NewClientWithResponses(given("MOCKLING_URL"), kling.WithRequestEditorFn(bearer))
	must(err)
	return client
}

func mug() kling.TextToVideo {
	model := kling.TextToVideoModelKlingV1
	return kling.TextToVideo{Action: kling.Text2video, Model: &model, Prompt: "a white mug"}
}

func unawaitedMug() kling.TextToVideo {
	video, isAsync := mug(), true
	video.Async = &isAsync
	return video
}

// how a request is sent: with another token than usual, or with an outcome.
type how struct{ token, outcome string }

func send(body kling.CreateVideo, how how) *kling.CreateVideoResponse {
	params := &kling.CreateVideoParams{}
	if how.outcome != "" {
		params.XMocklingOutcome = &how.outcome
	}
	token := how.token
	if token == "" {
		token = given("MOCKLING_TOKEN")
	}
	answer, err := client(token).CreateVideoWithResponse(background, params, body)
	must(err)
	return answer
}

func create(video kling.TextToVideo, how how) *kling.CreateVideoResponse {
	var body kling.CreateVideo
	must(body.FromTextToVideo(video))
	return send(body, how)
}

func seen(video kling.VideoResult) saw {
	return saw{
		"success":   video.Success,
		"video_id":  video.VideoId,
		"video_url": video.VideoUrl,
		"duration":  video.Duration,
		"state":     video.State,
		"task_id":   video.TaskId,
	}
}

func videoIn(answer *kling.CreateVideoResponse) kling.VideoResult {
	if answer.JSON200 == nil {
		log.Fatalf("no video: %s", answer.Body)
	}
	video, err := answer.JSON200.AsVideoResult()
	must(err)
	if !video.State.Valid() {
		log.Fatalf("no video: %s", answer.Body)
	}
	return video
}

func acceptedIn(answer *kling.CreateVideoResponse) kling.TaskAccepted {
	if answer.JSON200 == nil {
		log.Fatalf("no task: %s", answer.Body)
	}
	task, err := answer.JSON200.AsTaskAccepted()
	must(err)
	return task
}

func tellRefusal(scenario string, answer *kling.CreateVideoResponse, body *kling.ErrorBody) {
	if body == nil {
		log.Fatalf("%s: %d %s", scenario, answer.StatusCode(), answer.Body)
	}
	if !body.Error.Code.Valid() {
		log.Fatalf("%s: not in the document: %s", scenario, body.Error.Code)
	}
	tell(scenario, saw{
		"status":  answer.StatusCode(),
		"success": body.Success,
		"code":    body.Error.Code,
		"message": body.Error.Message,
	})
}

func tellDownload(url string) {
	reply, err := http.Get(url)
	must(err)
	content, err := io.ReadAll(reply.Body)
	must(err)
	must(reply.Body.Close())
	digest := sha256.Sum256(content)
	tell("download", saw{
		"status": reply.StatusCode,
		"type":   reply.Header.Get("Content-Type"),
		"bytes":  len(content),
		"sha256": hex.EncodeToString(digest[:]),
	})
}

// settled asks until the task has a response. It also tells whether it had none at first.
func settled(task kling.TaskAccepted) (wasPending bool, response *kling.TaskRecord_Response) {
	var body kling.TaskQuery
	must(body.FromRetrieveTask(kling.RetrieveTask{Id: task.TaskId.String()}))
	client := client(given("MOCKLING_TOKEN"))
	for polls := range 400 {
		answer, err := client.QueryTasksWithResponse(background, body)
		must(err)
		if answer.JSON200 == nil {
			log.Fatalf("no task: %s", answer.Body)
		}
		record, err := answer.JSON200.AsTaskRecord()
		must(err)
		if record.Response != nil {
			return polls > 0, record.Response
		}
		time.Sleep(25 * time.Millisecond)
	}
	log.Fatalf("task %s does not settle", task.TaskId)
	return
}

func main() {
	first := videoIn(create(mug(), how{}))
	tell("held", seen(first))
	tellDownload(first.VideoUrl)

	var body kling.CreateVideo
	extending := kling.ExtendVideoModelKlingV1
	must(body.FromExtendVideo(kling.ExtendVideo{
		Action:  kling.Extend,
		Model:   &extending,
		VideoId: first.VideoId,
		Prompt:  "a white mug",
	}))
	tell("extend", seen(videoIn(send(body, how{}))))

	wasPending, response := settled(acceptedIn(create(unawaitedMug(), how{})))
	video, err := response.AsVideoResult()
	must(err)
	polled := seen(video)
	polled["wasPending"] = wasPending
	tell("poll", polled)

	failing := acceptedIn(create(unawaitedMug(), how{outcome: "fail forbidden"}))
	wasPending, response = settled(failing)
	failure, err := response.AsErrorBody()
	must(err)
	tell("poll a failure", saw{"wasPending": wasPending, "task_id": failing.TaskId, "code": failure.Error.Code})

	seven := 7
	odd := mug()
	odd.Duration = &seven
	refused := create(odd, how{})
	tellRefusal("refused: 400", refused, refused.JSON400)
	refused = create(mug(), how{token: "any.mockling-invalid_token"})
	tellRefusal("refused: 401", refused, refused.JSON401)
	refused = create(mug(), how{outcome: "refuse too_many_requests"})
	tellRefusal("refused: 429", refused, refused.JSON429)
	refused = create(mug(), how{outcome: "fail api_error"})
	tellRefusal("held failure: 500", refused, refused.JSON500)

	callback, model, mode := given("MOCKLING_CALLBACK_URL"), kling.ImageToVideoModelKlingV16, kling.ImageToVideoModePro
	must(body.FromImageToVideo(kling.ImageToVideo{
		Action:        kling.Image2video,
		Model:         &model,
		Mode:          &mode,
		StartImageUrl: "https://example.com/start.png",
		CallbackUrl:   &callback,
	}))
	tell("callback", saw{"task_id": acceptedIn(send(body, how{})).TaskId})
}
