package io.cardwatch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.OnnxModels;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opens the two jars that the build made, looks into them and starts the one that starts by itself. */
class JarsIT {
    private static final Path JOB_JAR = Path.of("target/cardwatch-job.jar");
    private static final Path COMMAND_LINE_JAR = Path.of("target/cardwatch.jar");
    private static final int JAVA_11 = 55;
    private static final long MEGABYTE = 1_000_000;

    /** All that may be in the job jar; the Flink packages are those of connectors and of Flink ML's servables. */
    private static final List<String> JOB_PACKAGES = List.of(
            "com/amazon/redshift/",
            "com/fasterxml/jackson/",
            "com/google/gson/",
            "dev/ludovic/netlib/",
            "io/cardwatch/codec/",
            "io/cardwatch/alerts/",
            "io/cardwatch/delivery/",
            "io/cardwatch/domain/",
            "io/cardwatch/enrich/",
            "io/cardwatch/feature/",
            "io/cardwatch/job/",
            "io/cardwatch/config/",
            "io/cardwatch/control/",
            "io/cardwatch/metrics/",
            "io/cardwatch/kinesis/",
            "io/cardwatch/online/",
            "io/cardwatch/decide/",
            "io/cardwatch/rules/",
            "io/cardwatch/score/",
            "io/cardwatch/shaded/",
            "io/cardwatch/warehouse/",
            "it/unimi/dsi/fastutil/",
            "org/apache/commons/codec/",
            "org/apache/commons/io/",
            "org/apache/commons/lang/",
            "org/apache/commons/lang3/",
            "org/apache/commons/logging/",
            "org/apache/commons/pool2/",
            "org/apache/flink/connector/aws/",
            "org/apache/flink/connector/base/",
            "org/apache/flink/connector/jdbc/",
            "org/apache/flink/connector/kinesis/",
            "org/apache/flink/kinesis/shaded/",
            "org/apache/flink/ml/",
            "org/apache/flink/streaming/connectors/kinesis/",
            "org/joda/time/",
            "org/json/",
            "org/netlib/",
            "org/j_paine/formatter/",
            "org/postgresql/",
            "org/reactivestreams/",
            "redis/clients/",
            "software/amazon/awssdk/");

    /** What a Flink cluster has on its own class path, as the names of the artifacts begin. */
    private static final Pattern GIVEN_BY_THE_CLUSTER = Pattern.compile("(flink-(streaming-java|core|core-api|runtime"
            + "|annotations|metrics-core|java|shaded-.*|statebackend-.*)|slf4j-api)-[0-9].*\\.jar");

    /** What only an ONNX model needs; whoever has one puts it there. */
    private static final String ONNX_RUNTIME = "lib/onnxruntime-1.28.0.jar";

    /** Before the names of classes that a cluster may have in another version. */
    private static final String RENAMED = "io/cardwatch/shaded/";

    private static final String BILLS_NEED_THE_NETWORK = "the CycloneDX plugin does nothing where Maven is offline";

    private static final Set<String> LICENCES =
            Set.of("Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "0BSD");

    /** Components that declare another licence or several, and why they may be used all the same. */
    private static final Map<String, String> LOOKED_AT = Map.of(
            // One of them is to be chosen: the last.
            "org.javassist:javassist",
            "MPL-1.1, LGPL-2.1-only, Apache-2.0",
            // Its author gave it away, with no condition.
            "org.json:json",
            "Public Domain",
            // The same as BSD-3-Clause, by its text.
            "com.samskivert:jmustache",
            "The (New) BSD License",
            // The same, by its text.
            "com.google.re2j:re2j",
            "Go License",
            // "The BSD License" is all that it says; the text that it links asks for no advertisement.
            "net.sourceforge.f2j:arpack_combined_all",
            "BSD-4-Clause");

    @TempDir
    Path directory;

    @Test
    void theJobJarIsSmallEnough_andStartsWithTheJob() throws Exception {
        assertThat(Files.size(JOB_JAR)).isLessThan(120 * MEGABYTE);
        assertThat(manifest(JOB_JAR).getValue("Main-Class")).isEqualTo("io.cardwatch.job.CardwatchJob");
    }

    @Test
    void theJobJarHoldsNothingThatTheClusterBrings_norWhatOnlyTheCommandLineNeeds() throws Exception {
        List<String> names = names(JOB_JAR);
        assertThat(names)
                .filteredOn(name -> name.endsWith(".class"))
                .isNotEmpty()
                .allMatch(name -> JOB_PACKAGES.stream().anyMatch(name::startsWith));
        assertThat(names).doesNotContain("log4j2.properties");
        assertThat(JOB_PACKAGES).allMatch(prefix -> names.stream().anyMatch(name -> name.startsWith(prefix)));
    }

    @Test
    void everyClassOfTheJobJarRunsOnJava11() throws Exception {
        assertThat(names(JOB_JAR)).noneMatch(name -> name.startsWith("META-INF/versions/"));
        try (JarFile jar = new JarFile(JOB_JAR.toFile())) {
            Set<String> tooNew = new TreeSet<>();
            for (JarEntry entry : jar.stream()
                    .filter(entry -> entry.getName().endsWith(".class"))
                    .toList()) {
                try (DataInputStream bytes = new DataInputStream(jar.getInputStream(entry))) {
                    bytes.readInt();
                    bytes.readUnsignedShort();
                    if (bytes.readUnsignedShort() > JAVA_11) {
                        tooNew.add(entry.getName());
                    }
                }
            }
            assertThat(tooNew).isEmpty();
        }
    }

    @Test
    void everythingThatTheJobRefersToIsInItsJar_orGivenByTheCluster() throws Exception {
        Set<String> inJar = Set.copyOf(names(JOB_JAR));
        Set<String> missing = new TreeSet<>();
        try (JarFile jar = new JarFile(JOB_JAR.toFile())) {
            ClassFileImporter importer =
                    new ClassFileImporter().withImportOption(location -> location.contains("/io/cardwatch/"));
            for (JavaClass ours : importer.importJar(jar)
                    .that(resideInAPackage("io.cardwatch..").and(not(resideInAPackage("io.cardwatch.shaded.."))))) {
                ours.getDirectDependenciesFromSelf().stream()
                        .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                        .filter(target -> !target.isPrimitive())
                        .map(target -> target.getName().replace('.', '/') + ".class")
                        .filter(name -> !inJar.contains(name) && !isGiven(name) && !name.startsWith("ai/onnxruntime/"))
                        .forEach(name -> missing.add(ours.getName() + " -> " + name));
            }
        }
        assertThat(missing).isEmpty();
    }

    /** Its CEL is renamed, and loads its parser's tables and its types by name. */
    @Test
    void theJobJarCompilesARuleByItself() throws Exception {
        URL[] jar = {JOB_JAR.toUri().toURL()};
        try (URLClassLoader alone = new URLClassLoader(jar, ClassLoader.getPlatformClassLoader())) {
            Class<?> set = alone.loadClass("io.cardwatch.domain.FeatureSet");
            Class<?> action = alone.loadClass("io.cardwatch.domain.Action");
            Class<?> rule = alone.loadClass("io.cardwatch.rules.Rule");
            Object written = rule.getConstructors()[0].newInstance(
                    "night",
                    1,
                    "tx_amount > 100 && tx_datetime.getHours() < 6",
                    action.getField("REVIEW").get(null),
                    1,
                    false,
                    Long.MIN_VALUE,
                    Long.MAX_VALUE,
                    "",
                    "",
                    Long.MIN_VALUE);
            Class<?> compiler = alone.loadClass("io.cardwatch.rules.RuleCompiler");
            Object compiled = compiler.getMethod("compile", rule)
                    .invoke(
                            compiler.getConstructor(set)
                                    .newInstance(set.getField("REFERENCE").get(null)),
                            written);
            assertThat(compiled).extracting("rule").isSameAs(written);
        }
    }

    @Test
    void bothJarsAreWellFormed() throws Exception {
        for (Path jar : List.of(JOB_JAR, COMMAND_LINE_JAR)) {
            assertThat(names(jar))
                    .doesNotHaveDuplicates()
                    .noneMatch(name -> name.matches("META-INF/[^/]+\\.(SF|DSA|RSA)"))
                    .noneMatch(name -> name.endsWith("module-info.class"))
                    .noneMatch(name -> name.startsWith("amazon-kinesis-producer-native-binaries/"))
                    .contains("META-INF/LICENSE", "META-INF/NOTICE");
            assertThat(text(jar, "META-INF/services/java.sql.Driver"))
                    .contains("org.postgresql.Driver", "com.amazon.redshift.Driver");
            assertThat(manifest(jar).getValue("Implementation-Version"))
                    .isEqualTo(System.getProperty("cardwatch.version"));
        }
    }

    @Test
    void theCommandLineJarBringsALocalFlink_training_aDatabase_andWhatJava17MustOpen() throws Exception {
        Attributes manifest = manifest(COMMAND_LINE_JAR);
        assertThat(manifest.getValue("Main-Class")).isEqualTo("io.cardwatch.cli.Cardwatch");
        assertThat(manifest.getValue("Add-Opens")).isEqualTo(System.getProperty("cardwatch.opens"));
        assertThat(manifest.getValue("Multi-Release")).isEqualTo("true");
        assertThat(names(COMMAND_LINE_JAR))
                .contains(
                        "org/apache/flink/runtime/minicluster/MiniCluster.class",
                        "flink-rpc-akka.jar",
                        "ml/dmlc/xgboost4j/java/XGBoost.class",
                        "com/amazon/randomcutforest/RandomCutForest.class",
                        "postgres-linux-x86_64.txz",
                        "log4j2.properties",
                        "META-INF/org/apache/logging/log4j/core/config/plugins/Log4j2Plugins.dat");
    }

    @Test
    void servicesOfSeveralLibrariesAreMerged() {
        assertThat(text(COMMAND_LINE_JAR, "META-INF/services/org.apache.flink.table.factories.Factory"))
                .contains("org.apache.flink.streaming.connectors.kinesis.table.KinesisDynamicTableFactory")
                .contains("org.apache.flink.connector.file.table.FileSystemTableFactory")
                .contains("org.apache.flink.connector.jdbc.core.table.JdbcDynamicTableFactory");
    }

    @Test
    void theCommandLineJarStartsWithPlainJava() throws Exception {
        assertThat(java("--help")).matches("(?s)0\n.*validate-config.*");
        assertThat(java("--version")).isEqualTo("0\ncardwatch " + System.getProperty("cardwatch.version") + "\n");
        assertThat(java("validate-config", "--features.terminal-delay=5 d"))
                .matches("(?s)0\n.*features.terminal-delay +5 d +command line.*");
        assertThat(java("validate-config", "--features.terminal-dealy=5 d"))
                .isEqualTo("3\nerror: features.terminal-dealy (command line) is not a setting\n"
                        + "remedy: Did you mean features.terminal-delay?\n");
    }

    @Test
    void onnxRuntimeIsInNeitherJar_andFoundBesideTheCommandLineJarOrMissedWithARemedy() throws Exception {
        for (Path jar : List.of(JOB_JAR, COMMAND_LINE_JAR)) {
            assertThat(names(jar)).noneMatch(name -> name.contains("onnxruntime"));
        }
        assertThat(manifest(COMMAND_LINE_JAR).getValue("Class-Path")).isEqualTo(ONNX_RUNTIME);
        float[] weights = new float[FeatureSet.REFERENCE.size()];
        Files.write(directory.resolve("model.onnx"), OnnxModels.logisticRegression(weights, 0));

        assertThat(java(COMMAND_LINE_JAR, "train", "--import", "model.onnx", "--out", "imported"))
                .startsWith("0\n");
        Path alone = Files.copy(COMMAND_LINE_JAR, directory.resolve("cardwatch.jar"));
        assertThat(java(alone, "train", "--import", "model.onnx", "--out", "missed"))
                .startsWith("3\nerror: an ONNX model needs ONNX Runtime")
                .contains("remedy: Put onnxruntime-1.28.0.jar into lib/ beside cardwatch.jar");
    }

    /** What is on the class path is what the build resolved, so a component is looked up there and opened. */
    @ParameterizedTest
    @ValueSource(strings = {"cardwatch", "cardwatch-job"})
    @DisabledIfSystemProperty(
            named = "cardwatch.maven",
            matches = "offline=true",
            disabledReason = BILLS_NEED_THE_NETWORK)
    void theBillOfMaterialsOfAJarHoldsAllThatIsInIt_andNothingElse(String name) throws Exception {
        Set<String> inJar = Set.copyOf(names(Path.of("target/" + name + ".jar")));
        Set<String> explained = new HashSet<>();
        List<String> components = new ArrayList<>();
        for (JsonNode component : bill(name).get("components")) {
            Path artifact = artifact(component);
            List<String> own = names(artifact).stream()
                    .filter(entry -> !entry.endsWith("/") && !entry.startsWith("META-INF/"))
                    .toList();
            assertThat(own.isEmpty()
                            || own.stream().anyMatch(entry -> inJar.contains(entry) || inJar.contains(RENAMED + entry)))
                    .as("something of %s in %s.jar", artifact, name)
                    .isTrue();
            explained.addAll(own);
            components.add(component.get("purl").textValue());
        }
        assertThat(components).doesNotHaveDuplicates().allMatch(purl -> purl.startsWith("pkg:maven/"));
        Set<String> unexplained = new TreeSet<>(inJar);
        unexplained.removeIf(entry -> !entry.endsWith(".class")
                || entry.startsWith("META-INF/")
                || (entry.startsWith("io/cardwatch/") && !entry.startsWith(RENAMED))
                || explained.contains(entry.replaceFirst("^" + RENAMED, "")));
        assertThat(unexplained).isEmpty();
    }

    @Test
    @DisabledIfSystemProperty(
            named = "cardwatch.maven",
            matches = "offline=true",
            disabledReason = BILLS_NEED_THE_NETWORK)
    void everyComponentHasALicenceThatMayBeUsed_andNoneIsSharedUnderTheAgpl() throws Exception {
        Map<String, String> refused = new TreeMap<>();
        for (JsonNode component : bill("cardwatch").get("components")) {
            String licences = licences(component);
            if (!LICENCES.contains(licences)) {
                refused.put(
                        component.get("group").textValue() + ":"
                                + component.get("name").textValue(),
                        licences);
            }
        }
        assertThat(refused).isEqualTo(LOOKED_AT);
    }

    private static JsonNode bill(String name) throws IOException {
        Path file = Path.of("target", name + ".cdx.json");
        assertThat(file).as("mvn verify makes it").exists();
        return new JsonMapper().readTree(file.toFile());
    }

    /** SPDX identifiers as far as there are any, else names; several are joined by a comma. */
    private static String licences(JsonNode component) {
        List<String> declared = new ArrayList<>();
        for (JsonNode entry : component.path("licenses")) {
            JsonNode licence = entry.path("license");
            declared.add(licence.path("id")
                    .asText(licence.path("name").asText(entry.path("expression").asText())));
        }
        return String.join(", ", declared);
    }

    private static Path artifact(JsonNode component) {
        Path directory = Path.of(
                component.get("group").textValue().replace('.', '/'),
                component.get("name").textValue(),
                component.get("version").textValue());
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> path.toAbsolutePath().getParent().endsWith(directory))
                .filter(path -> !path.toString().endsWith("-tests.jar"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(directory + " is not on the class path"));
    }

    private String java(String... arguments) throws Exception {
        return java(COMMAND_LINE_JAR, arguments);
    }

    /** Exit code and everything printed, to either stream. */
    private String java(Path jar, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // As long as a cluster's command line; ONNX Runtime 1.29.0 did not survive it.
                "-Dfiller=" + "x".repeat(10_000),
                "-jar",
                jar.toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            return process.exitValue() + "\n" + Files.readString(output);
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean isGiven(String className) {
        URL found = JarsIT.class.getClassLoader().getResource(className);
        if (found == null) {
            return false;
        }
        String jar = found.getPath().replaceFirst("!.*", "").replaceFirst(".*/", "");
        return found.getProtocol().equals("jrt")
                || GIVEN_BY_THE_CLUSTER.matcher(jar).matches();
    }

    private static List<String> names(Path path) throws IOException {
        try (JarFile jar = new JarFile(path.toFile())) {
            return jar.stream().map(JarEntry::getName).toList();
        }
    }

    private static Attributes manifest(Path path) throws IOException {
        try (JarFile jar = new JarFile(path.toFile())) {
            return jar.getManifest().getMainAttributes();
        }
    }

    private static String text(Path path, String name) {
        try (JarFile jar = new JarFile(path.toFile());
                InputStream in = jar.getInputStream(jar.getEntry(name))) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
