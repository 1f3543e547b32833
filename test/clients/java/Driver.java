import com.google.gson.Gson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.TasksApi;
import org.openapitools.client.api.VideosApi;
import org.openapitools.client.model.CreateVideo;
import org.openapitools.client.model.ErrorBody;
import org.openapitools.client.model.ExtendVideo;
import org.openapitools.client.model.ImageToVideo;
import org.openapitools.client.model.RetrieveTask;
import org.openapitools.client.model.TaskAccepted;
import org.openapitools.client.model.TaskQuery;
import org.openapitools.client.model.TaskRecord;
import org.openapitools.client.model.TextToVideo;
import org.openapitools.client.model.VideoResult;

/** Goes through the scenarios with the client that openapi-generator generated. */
public final class Driver {
  private static final String TOKEN = given("MOCKLING_TOKEN");

  private Driver() {}

  private static String given(String name) {
    String value = System.getenv(name);
    if (value == null) throw new IllegalStateException(name + " is not set");
    return value;
  }

  private static void tell(String scenario, Map<String, ?> saw) {
    System.out.println(new Gson().toJson(Map.of("scenario", scenario, "saw", saw)));
  }

  private static ApiClient client(String token) {
    ApiClient client = new ApiClient();
    client.setBasePath(given("MOCKLING_URL"));
    client.setBearerToken(token);
    // A held answer may take longer than its ten seconds.
    client.setReadTimeout(60_000);
    return client;
  }

  private static TextToVideo mug() {
    return new TextToVideo()
        .action(TextToVideo.ActionEnum.TEXT2VIDEO)
        .model(TextToVideo.ModelEnum.KLING_V1)
        .prompt("a white mug");
  }

  private static Object create(CreateVideo body, String outcome) throws ApiException {
    return new VideosApi(client(TOKEN)).createVideo(body, outcome).getActualInstance();
  }

  private static Map<String, Object> seen(VideoResult video) {
    Map<String, Object> saw = new LinkedHashMap<>();
    saw.put("success", video.getSuccess());
    saw.put("video_id", video.getVideoId());
    saw.put("video_url", video.getVideoUrl().toString());
    saw.put("duration", video.getDuration());
    saw.put("state", video.getState().getValue());
    saw.put("task_id", video.getTaskId().toString());
    return saw;
  }

  private static void tellDownload(URI url) throws IOException, InterruptedException, GeneralSecurityException {
    var reply = HttpClient.newHttpClient().send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofByteArray());
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(reply.body());
    Map<String, Object> saw = new LinkedHashMap<>();
    saw.put("status", reply.statusCode());
    saw.put("type", reply.headers().firstValue("content-type").orElseThrow());
    saw.put("bytes", reply.body().length);
    saw.put("sha256", HexFormat.of().formatHex(digest));
    tell("download", saw);
  }

  /** The exception is the generator's; what its body says is read through the generated type. */
  private static void tellRefusal(String scenario, String token, TextToVideo body, String outcome)
      throws IOException {
    try {
      new VideosApi(client(token)).createVideo(new CreateVideo(body), outcome);
    } catch (ApiException refusal) {
      ErrorBody error = ErrorBody.fromJson(refusal.getResponseBody());
      Map<String, Object> saw = new LinkedHashMap<>();
      saw.put("status", refusal.getCode());
      saw.put("success", error.getSuccess());
      saw.put("code", error.getError().getCode().getValue());
      saw.put("message", error.getError().getMessage());
      tell(scenario, saw);
      return;
    }
    throw new IllegalStateException(scenario + " was not refused");
  }

  private record Settled(boolean wasPending, Object response) {}

  /** Asks until the task has a response. */
  private static Settled settled(UUID id) throws ApiException, InterruptedException {
    var body = new TaskQuery(new RetrieveTask().id(id.toString()));
    for (int polls = 0; polls < 400; polls++) {
      TaskRecord record = new TasksApi(client(TOKEN)).queryTasks(body).getTaskRecord();
      if (record.getResponse() != null) {
        return new Settled(polls > 0, record.getResponse().getActualInstance());
      }
      Thread.sleep(25);
    }
    throw new IllegalStateException("task " + id + " does not settle");
  }

  public static void main(String[] args) throws Exception {
    VideoResult first = (VideoResult) create(new CreateVideo(mug()), null);
    tell("held", seen(first));
    tellDownload(first.getVideoUrl());

    ExtendVideo extend =
        new ExtendVideo()
            .action(ExtendVideo.ActionEnum.EXTEND)
            .model(ExtendVideo.ModelEnum.KLING_V1)
            .videoId(first.getVideoId())
            .prompt("a white mug");
    tell("extend", seen((VideoResult) create(new CreateVideo(extend), null)));

    TaskAccepted task = (TaskAccepted) create(new CreateVideo(mug().async(true)), null);
    Settled success = settled(task.getTaskId());
    Map<String, Object> polled = seen((VideoResult) success.response());
    polled.put("wasPending", success.wasPending());
    tell("poll", polled);

    TaskAccepted failing = (TaskAccepted) create(new CreateVideo(mug().async(true)), "fail forbidden");
    Settled failure = settled(failing.getTaskId());
    String code = ((ErrorBody) failure.response()).getError().getCode().getValue();
    tell(
        "poll a failure",
        Map.of("wasPending", failure.wasPending(), "task_id", failing.getTaskId().toString(), "code", code));

    tellRefusal("refused: 400", TOKEN, mug().duration(7), null);
    tellRefusal("refused: 401", "any.mockling-invalid_token", mug(), null);
    tellRefusal("refused: 429", TOKEN, mug(), "refuse too_many_requests");
    tellRefusal("held failure: 500", TOKEN, mug(), "fail api_error");

    ImageToVideo image =
        new ImageToVideo()
            .action(ImageToVideo.ActionEnum.IMAGE2VIDEO)
            .model(ImageToVideo.ModelEnum.KLING_V1_6)
            .mode(ImageToVideo.ModeEnum.PRO)
            .startImageUrl(URI.create("https://example.com/start.png"))
            .callbackUrl(URI.create(given("MOCKLING_CALLBACK_URL")));
    TaskAccepted called = (TaskAccepted) create(new CreateVideo(image), null);
    tell("callback", Map.of("task_id", called.getTaskId().toString()));
  }
}
