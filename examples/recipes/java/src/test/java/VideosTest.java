import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Run as: mockling exec --clock auto-skip --pace real -- mvn test */
class VideosTest {
  private static final String URL = System.getenv("MOCKLING_URL");
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  /** With a token of one test alone: its tasks, clock and rules are its own. */
  private Videos videos;

  @BeforeEach
  void start(TestInfo test) {
    String token = test.getTestMethod().orElseThrow().getName();
    videos = new Videos(URL, token, Duration.ofMillis(10));
  }

  /** The next create goes through this: `mockling outcomes` lists what there is. */
  private void will(String effects) throws Exception {
    Map<String, Object> rule = Map.of("token", videos.token(), "effects", effects, "next", 1);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(URL + "/_mockling/v1/rules"))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(JSON.writeValueAsString(rule)))
            .build();
    assertEquals(201, HTTP.send(request, BodyHandlers.discarding()).statusCode());
  }

  @Test
  void makesAVideoThatPlays() throws Exception {
    String url = videos.create("a white mug", Map.of()).path("video_url").asText();
    byte[] file = HTTP.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray()).body();
    assertArrayEquals("ftyp".getBytes(), Arrays.copyOfRange(file, 4, 8));
  }

  @Test
  void waitsByPolling() throws Exception {
    String id = videos.create("a white mug", Map.of("async", true)).path("task_id").asText();
    assertEquals("succeed", videos.await(id).path("state").asText());
  }

  @Test
  void isCalledBack() throws Exception {
    CompletableFuture<JsonNode> called = new CompletableFuture<>();
    HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/hook",
        exchange -> {
          called.complete(JSON.readTree(exchange.getRequestBody()));
          exchange.sendResponseHeaders(204, -1);
        });
    receiver.start();
    String hook = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook";
    JsonNode task = videos.create("a white mug", Map.of("callback_url", hook));
    assertEquals(task.path("task_id"), called.get(10, TimeUnit.SECONDS).path("task_id"));
    receiver.stop(0);
  }

  @Test
  void triesAgainWhenThereAreTooManyRequests() throws Exception {
    will("refuse too_many_requests retry-after=1");
    assertTrue(videos.create("a white mug", Map.of()).path("success").asBoolean());
  }

  @Test
  void tellsOfATaskThatFails() throws Exception {
    will("fail forbidden after=30");
    String id = videos.create("a white mug", Map.of("async", true)).path("task_id").asText();
    assertEquals("forbidden", assertThrows(Videos.ApiException.class, () -> videos.await(id)).code);
  }
}
