import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

/**
 * Makes the bill of materials of {@code cardwatch-job.jar} out of that of {@code cardwatch.jar}, which holds more: keeps
 * the components whose classes are in the job's jar. The CycloneDX plugin knows the build's dependencies, not what the
 * shade plugin took of them.
 *
 * <p>Run by the build as {@code java -classpath … JobComponents.java BILL JOB_JAR OUT}, with all components on the class
 * path.
 */
final class JobComponents {
    private static final JsonMapper JSON = new JsonMapper();
    /** What the shade plugin leaves out of the connector. */
    private static final String LEFT_OUT = "org/apache/flink/kinesis/shaded/com/amazonaws/jmx/SdkMBeanRegistrySupport";

    /** What the shade plugin gives to the packages that it renames. */
    private static final String RENAMED = "io/cardwatch/shaded/";

    private JobComponents() {}

    public static void main(String[] arguments) throws IOException {
        if (!new File(arguments[0]).exists()) {
            System.err.println(
                    "No bills of materials: the CycloneDX plugin makes them only in a build without --offline.");
            return;
        }
        ObjectNode bill = (ObjectNode) JSON.readTree(new File(arguments[0]));
        Set<String> classes = classes(new File(arguments[1]));
        Set<String> kept = new HashSet<>();
        ((ObjectNode) bill.at("/metadata/component")).put("name", "cardwatch-job");
        kept.add(bill.at("/metadata/component/bom-ref").textValue());
        bill.withArray("/components").removeIf(component -> {
            Set<String> own = classes(artifact(component));
            own.removeIf(name -> name.startsWith(LEFT_OUT));
            boolean inside = !own.isEmpty()
                    && own.stream().allMatch(name -> classes.contains(name) || classes.contains(RENAMED + name));
            if (inside) {
                kept.add(component.get("bom-ref").textValue());
            }
            return !inside;
        });
        keepDependencies(bill.withArray("/dependencies"), kept);
        byte[] serial = (bill.get("serialNumber").textValue() + " job").getBytes();
        bill.put("serialNumber", "urn:uuid:" + UUID.nameUUIDFromBytes(serial));
        JSON.writerWithDefaultPrettyPrinter().writeValue(new File(arguments[2]), bill);
    }

    private static void keepDependencies(ArrayNode dependencies, Set<String> kept) {
        dependencies.removeIf(dependency -> !kept.contains(dependency.get("ref").textValue()));
        for (JsonNode dependency : dependencies) {
            if (dependency.has("dependsOn")) {
                ((ArrayNode) dependency.get("dependsOn")).removeIf(name -> !kept.contains(name.textValue()));
            }
        }
    }

    /** The file on the class path that {@code component} stands for, by its place in the local repository. */
    private static File artifact(JsonNode component) {
        Path directory = Path.of(
                component.get("group").textValue().replace('.', File.separatorChar),
                component.get("name").textValue(),
                component.get("version").textValue());
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (Path.of(entry).toAbsolutePath().getParent().endsWith(directory)) {
                return new File(entry);
            }
        }
        throw new IllegalStateException("not on the class path: " + directory);
    }

    private static Set<String> classes(File jar) {
        try (JarFile file = new JarFile(jar)) {
            return file.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".class")
                            && !name.startsWith("META-INF/versions/")
                            && !name.endsWith("module-info.class"))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new IllegalStateException(jar + " cannot be read", e);
        }
    }
}
