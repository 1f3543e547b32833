import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A client as one might write it: makes a video, tries again when there are too many requests, and waits by polling. */
public record Videos(String baseUrl, String token, Duration pollEvery) {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The API refused it, or the task was accepted and has failed. */
  public static final class ApiException extends RuntimeException {
    public final String code;

    ApiException(JsonNode error) {
      super(error.path("message").asText());
      code = error.path("code").asText();
    }
  }

  /** With "async" or "callback_url" among the fields, only task_id is there at once. */
  public JsonNode create(String prompt, Map<String, ?> fields) throws IOException, InterruptedException {
    Map<String, Object> body = new HashMap<>(fields);
    body.putAll(Map.of("action", "text2video", "model", "kling-v1", "prompt", prompt));
    return post("/kling/videos", body);
  }

  /** Polls until the task has settled. A pending one has no response. */
  public JsonNode await(String taskId) throws IOException, InterruptedException {
    while (true) {
      JsonNode result = post("/kling/tasks", Map.of("id", taskId, "action", "retrieve")).path("response");
      if (result.path("success").asBoolean()) return result;
      if (result.has("error")) throw new ApiException(result.get("error"));
      Thread.sleep(pollEvery.toMillis());
    }
  }

  private JsonNode post(String path, Map<String, ?> body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(baseUrl + path))
            .header("authorization", "Bearer " + token)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build();
    for (int attempt = 1; ; attempt++) {
      HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
      if (answer.statusCode() == 429 && attempt < 4) {
        Thread.sleep(1000 * answer.headers().firstValueAsLong("retry-after").orElse(attempt));
        continue;
      }
      JsonNode result = JSON.readTree(answer.body());
      if (answer.statusCode() == 200) return result;
      throw new ApiException(result.path("error"));
    }
  }
}
