import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sourcelab.kafka.connect.apiclient.Configuration;
import org.sourcelab.kafka.connect.apiclient.KafkaConnectClient;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorPluginConfigDefinition;
import org.sourcelab.kafka.connect.apiclient.request.dto.NewConnectorDefinition;

/** Leads a connector through its life with org.sourcelab:kafka-connect-client: URL, name, then key=value pairs. */
public class SourcelabClient {
  static void until(Callable<Boolean> check) throws Exception {
    for (int i = 0; i < 200; i++) {
      try {
        if (check.call()) return;
      } catch (RuntimeException notYet) {
        // A new connector has no status for a moment.
      }
      Thread.sleep(200);
    }
    throw new IllegalStateException("not reached");
  }

  public static void main(String[] args) throws Exception {
    KafkaConnectClient client = new KafkaConnectClient(new Configuration(args[0]));
    String name = args[1];
    Map<String, String> config = new HashMap<>();
    for (int i = 2; i < args.length; i++) {
      int at = args[i].indexOf('=');
      config.put(args[i].substring(0, at), args[i].substring(at + 1));
    }
    System.out.println("version=" + client.getConnectServerVersion().getVersion());
    System.out.println("created=" + client.addConnector(new NewConnectorDefinition(name, config)).getName());
    until(() -> "RUNNING".equals(client.getConnectorStatus(name).getConnector().get("state")));
    until(() -> client.getConnectorTasks(name).size() == 1);
    until(() -> "RUNNING".equals(client.getConnectorTaskStatus(name, 0).getState()));
    System.out.println("expanded=" + client.getConnectorsWithAllExpandedMetadata().getConnectorNames().contains(name));
    Map<String, String> stored = client.getConnectorConfig(name);
    Map<String, String> wanted = new HashMap<>(config);
    wanted.put("name", name);
    System.out.println("sameConfig=" + stored.equals(wanted));
    // What AKHQ does for every plug-in when a page loads.
    Map<String, String> almostEmpty = new HashMap<>();
    almostEmpty.put("connector.class", config.get("connector.class"));
    almostEmpty.put("topics", "getPlugins");
    System.out.println("validated="
        + client.validateConnectorPluginConfig(new ConnectorPluginConfigDefinition("GcsSinkConnector", almostEmpty)).getErrorCount());
    System.out.println("plugins=" + (client.getConnectorPlugins().size() > 0));
    client.pauseConnector(name);
    until(() -> "PAUSED".equals(client.getConnectorStatus(name).getConnector().get("state")));
    client.resumeConnector(name);
    until(() -> "RUNNING".equals(client.getConnectorStatus(name).getConnector().get("state")));
    System.out.println("restarted=" + client.restartConnector(name));
    config.put("tasks.max", "2");
    client.updateConnectorConfig(name, config);
    until(() -> client.getConnectorTasks(name).size() == 2);
    System.out.println("stopped=" + client.stopConnector(name));
    System.out.println("topics=" + client.getConnectorTopics(name).getName().equals(name));
    System.out.println("deleted=" + client.deleteConnector(name));
    until(() -> !client.getConnectors().contains(name));
    System.out.println("end=true");
  }
}
