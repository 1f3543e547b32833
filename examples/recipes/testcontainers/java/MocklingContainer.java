import java.util.UUID;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** As a field with {@code @Container}: {@code new MocklingContainer("mockling").withSetting("PACE", "instant")}. */
public class MocklingContainer extends GenericContainer<MocklingContainer> {
  private static final int PORT = 4180;

  private final String controlKey = UUID.randomUUID().toString();

  public MocklingContainer(String image) {
    super(DockerImageName.parse(image));
    withExposedPorts(PORT);
    withEnv("MOCKLING_CONTROL_KEY", controlKey);
    waitingFor(Wait.forHttp("/health").forPort(PORT).forStatusCode(200));
  }

  /** A setting as in the environment, without MOCKLING_. */
  public MocklingContainer withSetting(String name, String value) {
    return withEnv("MOCKLING_" + name, value);
  }

  public String getBaseUrl() {
    return "http://" + getHost() + ":" + getMappedPort(PORT);
  }

  public String getControlKey() {
    return controlKey;
  }
}
