import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonFormat;
import java.io.File;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Map;

/** Sends the events of FILE with CloudEvents' Java SDK and HttpURLConnection: URL KEY FILE. Prints a JSON line for each request. */
public class Send {
  static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    for (String mode : new String[] {"binary", "structured"})
      for (JsonNode given : JSON.readTree(new File(args[2]))) {
        var line = JSON.createObjectNode().put("mode", mode);
        try {
          CloudEvent event = made(given, mode);
          line.put("id", event.getId());
          send(args[0], args[1], mode, event, line);
        } catch (Exception error) {
          line.put("status", 0).put("text", error.toString());
        }
        System.out.println(line);
      }
  }

  static CloudEvent made(JsonNode given, String mode) throws Exception {
    var builder = CloudEventBuilder.v1();
    var attributes = given.get("attributes");
    var type = attributes.path("datacontenttype").asText("");
    for (Map.Entry<String, JsonNode> one : attributes.properties()) {
      var value = one.getValue();
      switch (one.getKey()) {
        case "specversion" -> {}
        case "id" -> builder.withId("java-" + mode + "-" + value.asText());
        case "source" -> builder.withSource(URI.create(value.asText()));
        case "type" -> builder.withType(value.asText());
        case "subject" -> builder.withSubject(value.asText());
        case "dataschema" -> builder.withDataSchema(URI.create(value.asText()));
        case "datacontenttype" -> builder.withDataContentType(value.asText());
        case "time" -> builder.withTime(OffsetDateTime.parse(value.asText()));
        default -> {
          if (value.isInt()) builder.withExtension(one.getKey(), value.asInt());
          else if (value.isBoolean()) builder.withExtension(one.getKey(), value.asBoolean());
          else builder.withExtension(one.getKey(), value.asText());
        }
      }
    }
    if (given.has("base64")) builder.withData(Base64.getDecoder().decode(given.get("base64").asText()));
    else if (given.has("data") && type.equals("application/json")) builder.withData(JSON.writeValueAsBytes(given.get("data")));
    else if (given.has("data")) builder.withData(given.get("data").asText().getBytes(StandardCharsets.UTF_8));
    return builder.build();
  }

  static void send(String url, String key, String mode, CloudEvent event, com.fasterxml.jackson.databind.node.ObjectNode line)
      throws Exception {
    var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setRequestMethod("POST");
    connection.setRequestProperty("authorization", "Bearer " + key);
    connection.setDoOutput(true);
    var writer =
        HttpMessageFactory.createWriter(
            connection::setRequestProperty,
            body -> {
              try (var out = connection.getOutputStream()) {
                if (body != null) out.write(body);
              } catch (java.io.IOException error) {
                throw new java.io.UncheckedIOException(error);
              }
            });
    if (mode.equals("binary")) writer.writeBinary(event);
    else writer.writeStructured(event, new JsonFormat());
    line.put("status", connection.getResponseCode());
    var stream = connection.getErrorStream() == null ? connection.getInputStream() : connection.getErrorStream();
    line.put("text", stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8));
  }
}
