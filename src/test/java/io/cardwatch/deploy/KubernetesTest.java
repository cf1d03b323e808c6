package io.cardwatch.deploy;

import static io.cardwatch.deploy.Manifests.JOB;
import static io.cardwatch.deploy.Manifests.SERVE;
import static io.cardwatch.deploy.Templates.at;
import static io.cardwatch.deploy.Templates.list;
import static io.cardwatch.deploy.Templates.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.cardwatch.config.SettingsLoader;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.openapi.models.V1RoleBinding;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.contrib.streaming.state.RocksDBOptions;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.apache.flink.runtime.jobmanager.HighAvailabilityMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The files of {@code deploy/kubernetes}: manifests by the schemas of their kinds, settings by the job's own validation, names
 * and ports by each other. None of them has met a cluster.
 */
class KubernetesTest {
    /** The operator's schema lies beside the project, not in it. */
    private static final Path SCHEMA = Path.of("../shared/data/kubernetes/flinkdeployments.flink.apache.org-v1.yml");

    private static final JsonMapper JSON = new JsonMapper();

    /** How long {@code serve} answers open requests after TERM, as its README says. */
    private static final int DRAIN_SECONDS = 10;

    /** What reads a kind's JSON; an unknown, a missing or an unreadable field is an exception. */
    private static final Map<String, Model> MODELS = Map.of(
            "v1 Namespace", V1Namespace::fromJson,
            "v1 Service", V1Service::fromJson,
            "v1 ServiceAccount", V1ServiceAccount::fromJson,
            "apps/v1 Deployment", V1Deployment::fromJson,
            "autoscaling/v2 HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::fromJson,
            "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::fromJson,
            "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::fromJson,
            "rbac.authorization.k8s.io/v1 Role", V1Role::fromJson,
            "rbac.authorization.k8s.io/v1 RoleBinding", V1RoleBinding::fromJson);

    private interface Model {
        Object read(String json) throws IOException;
    }

    static Stream<Object> plainManifests() {
        return Manifests.ALL.stream().filter(manifest -> !at(manifest, "kind").equals("FlinkDeployment"));
    }

    @ParameterizedTest
    @MethodSource("plainManifests")
    void eachPlainManifestFollowsItsKind(Object manifest) throws Exception {
        String kind = at(manifest, "apiVersion") + " " + at(manifest, "kind");

        assertThat(MODELS).containsKey(kind);
        assertThat(MODELS.get(kind).read(Templates.json(manifest))).isNotNull();
        if (!kind.equals("v1 Namespace")) {
            assertThat(at(manifest, "metadata", "namespace")).isEqualTo("cardwatch");
        }
    }

    @Test
    void thePodTemplateOfTheJobFollowsThatOfPods() throws Exception {
        assertThat(V1Pod.fromJson(Templates.json(Manifests.pod(JOB)))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "Deployment, readinessProbe, readynessProbe",
        "Deployment, matchLabels, matchLabel",
        "Deployment, secretName, secret",
        "Deployment, 1Gi, 1Zi",
        "Service, targetPort, target",
        "HorizontalPodAutoscaler, averageUtilization, average",
        "PodDisruptionBudget, maxUnavailable, unavailable",
        "NetworkPolicy, podSelector, podSelect"
    })
    void aMisspeltFieldOfAPlainKindIsRefused(String kind, String right, String wrong) {
        Object manifest = Manifests.of(kind, SERVE);
        String json = Templates.json(manifest);
        assertThat(json).contains("\"" + right + "\"");

        assertThatThrownBy(() -> MODELS.get(at(manifest, "apiVersion") + " " + kind)
                        .read(json.replace("\"" + right + "\"", "\"" + wrong + "\"")))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void theFlinkDeploymentFollowsTheOperatorsSchema() {
        Map<String, Object> definition = definition();
        Map<String, Object> job = Manifests.job();

        assertThat(job.get("apiVersion"))
                .isEqualTo(at(definition, "spec", "group") + "/" + at(version(definition), "name"));
        assertThat(job.get("kind")).isEqualTo(at(definition, "spec", "names", "kind"));
        assertThat(validate(Templates.json(job))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "parallelism, paralelism",
        "upgradeMode, upgrade",
        "savepoint, safepoint",
        "v1_20, v1_99",
        "containerPort, containerPorts",
        "secretName, secret",
        "taskManager, taskmanager",
        "logConfiguration, logging"
    })
    void aMisspeltFieldOfTheFlinkDeploymentIsRefused(String right, String wrong) {
        String json = Templates.json(Manifests.job());
        assertThat(json).contains("\"" + right + "\"");

        assertThat(validate(json.replace("\"" + right + "\"", "\"" + wrong + "\"")))
                .isNotEmpty();
    }

    private static Map<String, Object> definition() {
        assumeThat(SCHEMA)
                .as("the FlinkDeployment is not checked: the operator's schema is not there")
                .exists();
        return map(list(Templates.read("yaml", SCHEMA)).get(0));
    }

    private static Map<String, Object> version(Map<String, Object> definition) {
        return map(list(at(definition, "spec", "versions")).get(0));
    }

    /** What the schema says against a FlinkDeployment; empty where it has no objection. */
    private static Set<ValidationMessage> validate(String manifest) {
        Map<String, Object> job = new HashMap<>(map(Templates.json(manifest)));
        // Each kind has these; a definition leaves them out.
        job.keySet().removeAll(Set.of("apiVersion", "kind", "metadata"));
        JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V7)
                .getSchema(JSON.<JsonNode>valueToTree(strict(at(version(definition()), "schema", "openAPIV3Schema"))));
        return schema.validate(JSON.<JsonNode>valueToTree(job));
    }

    /** The schema that also refuses what Kubernetes would drop without a word: fields that it does not name. */
    private static Object strict(Object schema) {
        Map<String, Object> strict = new HashMap<>(map(schema));
        strict.computeIfPresent("properties", (keyword, properties) -> {
            Map<String, Object> each = new HashMap<>();
            map(properties).forEach((name, property) -> each.put(name, strict(property)));
            return each;
        });
        strict.computeIfPresent("items", (keyword, items) -> strict(items));
        strict.computeIfPresent(
                "additionalProperties", (keyword, values) -> values instanceof Map ? strict(values) : values);
        if ("object".equals(strict.get("type")) && !strict.containsKey("x-kubernetes-preserve-unknown-fields")) {
            strict.putIfAbsent("additionalProperties", false);
        }
        return strict;
    }

    @ParameterizedTest
    @ValueSource(strings = {JOB, SERVE})
    void eachSettingIsTaken(String app) {
        assertThat(new SettingsLoader().arguments(Manifests.settings(app)).problems())
                .isEmpty();
    }

    @Test
    void serveComputesAndReadsWhatTheJobComputesAndWrites() {
        Map<String, String> job = shared(JOB);

        assertThat(shared(SERVE)).isEqualTo(job);
        assertThat(job).containsKeys("online.url", "online.user", "source.region", "labels.stream");
        assertThat(Manifests.setting(JOB, "warehouse.url")).contains("sslmode=verify-full");
        assertThat(Manifests.setting(SERVE, "serve.behind-proxy")).isEqualTo("true");
    }

    private static Map<String, String> shared(String app) {
        return Manifests.settings(app).stream()
                .filter(setting -> setting.matches("--(online|features|model|anomaly|labels)\\..*|--source.region=.*"))
                .collect(Collectors.toMap(
                        setting -> setting.substring(2, setting.indexOf('=')),
                        setting -> setting.substring(setting.indexOf('=') + 1)));
    }

    @Test
    void eachKeyOfFlinksConfigurationIsAnOptionAndTakesItsValue() throws Exception {
        Map<String, String> configuration = flinkConfiguration();
        Map<String, String> reporter = new TreeMap<>(configuration);
        reporter.keySet().removeIf(key -> !key.startsWith("metrics.reporter.prom."));
        configuration.keySet().removeAll(reporter.keySet());
        Map<String, ConfigOption<?>> options = options(
                CheckpointingOptions.class,
                HighAvailabilityOptions.class,
                RestartStrategyOptions.class,
                RocksDBOptions.class,
                StateBackendOptions.class,
                TaskManagerOptions.class);

        assertThat(options.keySet()).containsAll(configuration.keySet());
        Configuration given = Configuration.fromMap(configuration);
        assertThat(configuration.keySet()).allSatisfy(key -> assertThat((Object) given.get(options.get(key)))
                .isNotNull());
        assertThat(given.get(RocksDBOptions.TIMER_SERVICE_FACTORY))
                .isEqualTo(
                        org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackend.PriorityQueueStateType
                                .HEAP);
        assertThat(HighAvailabilityMode.fromConfig(given)).isEqualTo(HighAvailabilityMode.KUBERNETES);
        assertThat(reporter).containsOnlyKeys("metrics.reporter.prom.factory.class", "metrics.reporter.prom.port");
        assertThat(Class.forName(reporter.get("metrics.reporter.prom.factory.class")))
                .isAssignableTo(MetricReporterFactory.class);
    }

    @Test
    void checkpointsAreThoseThatTheClustersPageAsksFor() throws Exception {
        Matcher block =
                Pattern.compile("```yaml\n(execution[^`]*)```").matcher(Files.readString(Path.of("deploy/README.md")));
        assertThat(block.find()).isTrue();

        assertThat(flinkConfiguration())
                .containsAllEntriesOf(block.group(1)
                        .lines()
                        .map(line -> line.split(": ", 2))
                        .collect(Collectors.toMap(line -> line[0], line -> line[1])));
        assertThat(at(Manifests.job(), "spec", "job", "upgradeMode")).isEqualTo("savepoint");
    }

    private static Map<String, String> flinkConfiguration() {
        Map<String, String> configuration = new TreeMap<>();
        // A text each, or YAML would make its own of true and 1.
        map(at(Manifests.job(), "spec", "flinkConfiguration"))
                .forEach((key, value) -> configuration.put(key, (String) value));
        return configuration;
    }

    private static Map<String, ConfigOption<?>> options(Class<?>... classes) throws Exception {
        Map<String, ConfigOption<?>> options = new HashMap<>();
        for (Class<?> holder : classes) {
            for (Field field : holder.getFields()) {
                if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
                    ConfigOption<?> option = (ConfigOption<?>) field.get(null);
                    options.put(option.key(), option);
                }
            }
        }
        return options;
    }

    @Test
    void theLoggersAreThoseOfACluster() throws Exception {
        Properties cluster = new Properties();
        cluster.load(new StringReader(Files.readString(Path.of("deploy/cluster/log4j.properties"))));
        Properties pod = new Properties();
        pod.load(new StringReader(at(Manifests.job(), "spec", "logConfiguration", "log4j-console.properties")
                .toString()));

        assertThat(loggers(pod)).isEqualTo(loggers(cluster)).hasSizeGreaterThan(5);
        assertThat(pod.getProperty("appender.console.layout.pattern"))
                .isEqualTo(cluster.getProperty("appender.main.layout.pattern"));
    }

    private static Map<Object, Object> loggers(Properties properties) {
        return properties.entrySet().stream()
                .filter(entry -> entry.getKey().toString().matches("logger\\..*|rootLogger\\.level"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Test
    void portsAgree() {
        assertThat(Manifests.ports(JOB))
                .isEqualTo(
                        Map.of("metrics", Integer.valueOf(flinkConfiguration().get("metrics.reporter.prom.port"))));
        assertThat(Manifests.ports(SERVE))
                .isEqualTo(Map.of(
                        "http", Integer.valueOf(Manifests.setting(SERVE, "serve.port")),
                        "admin", Integer.valueOf(Manifests.setting(SERVE, "serve.admin-port"))));
        assertThat(scraped(JOB)).isEqualTo(Manifests.ports(JOB).get("metrics").toString());
        assertThat(scraped(SERVE)).isEqualTo(Manifests.ports(SERVE).get("admin").toString());
        assertThat(list(at(Manifests.of("Service", SERVE), "spec", "ports")))
                .containsExactly(
                        Map.of("name", "http", "port", Manifests.ports(SERVE).get("http"), "targetPort", "http"));
        // Others than the pod itself ask there.
        assertThat(Manifests.setting(SERVE, "serve.address")).isEqualTo("0.0.0.0");
        assertThat(Manifests.setting(SERVE, "serve.admin-address")).isEqualTo("0.0.0.0");
    }

    private static String scraped(String app) {
        Map<String, Object> annotations = map(at(Manifests.pod(app), "metadata", "annotations"));
        assertThat(annotations)
                .containsEntry("prometheus.io/scrape", "true")
                .containsEntry("prometheus.io/path", "/metrics");
        return annotations.get("prometheus.io/port").toString();
    }

    @ParameterizedTest
    @CsvSource({"startupProbe, /health/live", "livenessProbe, /health/live", "readinessProbe, /health/ready"})
    void probesAskTheAdminPort(String probe, String path) throws Exception {
        assertThat(at(Manifests.container(SERVE), probe, "httpGet")).isEqualTo(Map.of("path", path, "port", "admin"));
        assertThat(Files.readString(Path.of("docs/online.md"))).contains("`" + path + "`");
    }

    @Test
    void aPodThatStopsHasTimeForItsRequests() throws Exception {
        List<Object> pause = list(at(Manifests.container(SERVE), "lifecycle", "preStop", "exec", "command"));

        assertThat(pause).hasSize(2).first().isEqualTo("sleep");
        assertThat((Integer) at(Manifests.pod(SERVE), "spec", "terminationGracePeriodSeconds"))
                .isGreaterThan(Integer.parseInt(pause.get(1).toString()) + DRAIN_SECONDS);
        assertThat(Files.readString(Path.of("deploy/serve/README.md")).replace("\n", " "))
                .contains("for up to ten seconds");
        // Java itself gets TERM, no shell before it.
        assertThat(String.join("\n", dockerfile(SERVE))).contains("ENTRYPOINT [\"java\", ");
    }

    @Test
    void theAutoscalerScalesServe() {
        Map<String, Object> scaler =
                map(Manifests.of("HorizontalPodAutoscaler", SERVE).get("spec"));
        Map<String, Object> deployment = map(Manifests.of("Deployment", SERVE).get("spec"));
        Object labels = at(Manifests.pod(SERVE), "metadata", "labels");

        assertThat(scaler.get("scaleTargetRef"))
                .isEqualTo(Map.of("apiVersion", "apps/v1", "kind", "Deployment", "name", SERVE));
        assertThat((Integer) scaler.get("minReplicas")).isGreaterThanOrEqualTo(2);
        assertThat(deployment).doesNotContainKey("replicas");
        // A share of what was asked for means nothing without it.
        assertThat(map(at(Manifests.container(SERVE), "resources", "requests"))).containsKey("cpu");
        assertThat(at(deployment, "selector", "matchLabels")).isEqualTo(labels);
        assertThat(at(Manifests.of("Service", SERVE), "spec", "selector")).isEqualTo(labels);
        assertThat(at(Manifests.of("PodDisruptionBudget", SERVE), "spec", "selector", "matchLabels"))
                .isEqualTo(labels);
    }

    @ParameterizedTest
    @ValueSource(strings = {JOB, SERVE})
    void podsAskForNoMoreThanTheRestrictedStandardAllows(String app) throws Exception {
        Map<String, Object> pod = map(Manifests.pod(app).get("spec"));
        Map<String, Object> container = Manifests.container(app);
        String user = dockerfile(app).stream()
                .filter(line -> line.startsWith("USER "))
                .reduce((first, last) -> last)
                .orElseThrow();

        assertThat(map(pod.get("securityContext")))
                .containsEntry("runAsNonRoot", true)
                .containsEntry("seccompProfile", Map.of("type", "RuntimeDefault"));
        assertThat(user)
                .matches("USER [1-9][0-9]*:[1-9][0-9]*")
                .isEqualTo("USER " + at(pod, "securityContext", "runAsUser") + ":"
                        + at(pod, "securityContext", "runAsGroup"));
        assertThat(map(container.get("securityContext")))
                .containsEntry("allowPrivilegeEscalation", false)
                .containsEntry("capabilities", Map.of("drop", List.of("ALL")))
                .doesNotContainKeys("privileged", "runAsUser", "runAsNonRoot");
        assertThat(pod).doesNotContainKeys("hostNetwork", "hostPID", "hostIPC", "initContainers");
        assertThat(list(pod.get("volumes")))
                .allMatch(volume ->
                        map(volume).containsKey("secret") || map(volume).containsKey("emptyDir"));
        assertThat(map(at(Manifests.of("Namespace", "cardwatch"), "metadata", "labels")))
                .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
    }

    @Test
    void theJobRunsAsTheAccountThatMayStartItsTaskManagers() {
        Object account = at(Manifests.job(), "spec", "serviceAccount");
        Map<String, Object> binding = Manifests.of("RoleBinding", JOB);

        assertThat(Manifests.of("ServiceAccount", account.toString())).isNotEmpty();
        assertThat(list(binding.get("subjects")))
                .containsExactly(Map.of("kind", "ServiceAccount", "name", account, "namespace", "cardwatch"));
        assertThat(Manifests.of("Role", at(binding, "roleRef", "name").toString()))
                .isNotEmpty();
        assertThat(at(Manifests.pod(SERVE), "spec", "serviceAccountName")).isEqualTo(SERVE);
        assertThat(Manifests.of("ServiceAccount", SERVE)).containsEntry("automountServiceAccountToken", false);
    }

    @ParameterizedTest
    @ValueSource(strings = {JOB, SERVE})
    void policiesLetThroughWhatIsNeededAndNobodyElse(String app) {
        Map<String, Object> policy = map(Manifests.of("NetworkPolicy", app).get("spec"));
        Map<String, Set<Object>> ingress = new TreeMap<>();
        list(policy.get("ingress"))
                .forEach(rule -> ingress.put(
                        from(rule),
                        map(rule).containsKey("ports") ? ports(map(rule).get("ports")) : Set.of()));
        Set<Object> egress = list(policy.get("egress")).stream()
                .filter(rule -> map(rule).containsKey("ports"))
                .flatMap(rule -> ports(map(rule).get("ports")).stream())
                .collect(Collectors.toSet());

        assertThat(at(policy, "podSelector", "matchLabels")).isEqualTo(Map.of("app", app));
        assertThat(policy.get("policyTypes")).isEqualTo(List.of("Ingress", "Egress"));
        assertThat(egress)
                .contains(
                        53,
                        443,
                        URI.create(Manifests.setting(app, "online.url")).getPort());
        if (app.equals(JOB)) {
            String warehouse = Manifests.setting(JOB, "warehouse.url").substring("jdbc:".length());
            assertThat(egress).contains(URI.create(warehouse).getPort());
            assertThat(ingress)
                    .isEqualTo(Map.of(
                            "pods " + JOB,
                            Set.of(),
                            "namespace flink-operator",
                            Set.<Object>of(8081),
                            "namespace monitoring",
                            Set.of(Manifests.ports(JOB).get("metrics"))));
        } else {
            assertThat(ingress)
                    .isEqualTo(Map.of(
                            "namespace ingress-nginx",
                                    Set.of(Manifests.ports(SERVE).get("http")),
                            "namespace monitoring",
                                    Set.of(Manifests.ports(SERVE).get("admin"))));
        }
    }

    private static Set<Object> ports(Object list) {
        return list(list).stream().map(port -> at(port, "port")).collect(Collectors.toSet());
    }

    /** Who is let in; a rule that lets in everybody has no {@code from} and fails. */
    private static String from(Object rule) {
        Map<String, Object> peer = map(list(map(rule).get("from")).get(0));
        assertThat(list(map(rule).get("from"))).hasSize(1);
        assertThat(peer).hasSize(1);
        return peer.containsKey("podSelector")
                ? "pods " + at(peer, "podSelector", "matchLabels", "app")
                : "namespace " + at(peer, "namespaceSelector", "matchLabels", "kubernetes.io/metadata.name");
    }

    @Test
    void theReadmeMakesEachSecretWithTheKeysThatAreRead() throws Exception {
        Map<String, Set<String>> needed = new TreeMap<>();
        for (String app : List.of(JOB, SERVE)) {
            list(Manifests.container(app).get("env")).forEach(variable -> {
                Object reference = at(variable, "valueFrom", "secretKeyRef");
                needed.computeIfAbsent(at(reference, "name").toString(), name -> new TreeSet<>())
                        .add(at(reference, "key").toString());
            });
            Map<String, String> mounted = secretsByPath(app);
            for (String setting : Manifests.settings(app)) {
                Matcher file = Pattern.compile("=(/[^=&]*)/([^=&/]+)(?=&|$)").matcher(setting);
                while (file.find()) {
                    assertThat(mounted).as(setting).containsKey(file.group(1));
                    needed.computeIfAbsent(mounted.get(file.group(1)), name -> new TreeSet<>())
                            .add(file.group(2));
                }
            }
            assertThat(needed.keySet()).containsAll(mounted.values());
        }
        Map<String, Set<String>> made = new TreeMap<>();
        readme().lines()
                .filter(line -> line.contains("create secret generic"))
                .forEach(line -> made.put(
                        line.replaceAll(".*generic ([a-z-]+).*", "$1"),
                        Pattern.compile("--from-file=([^ =]+)")
                                .matcher(line)
                                .results()
                                .map(match -> match.group(1))
                                .collect(Collectors.toCollection(TreeSet::new))));

        assertThat(made).isEqualTo(needed).hasSize(5);
        assertThat(readme())
                .contains(needed.keySet().stream()
                        .map(name -> "| `" + name + "` |")
                        .toList());
    }

    private static Map<String, String> secretsByPath(String app) {
        Map<String, Object> volumes = Templates.by("name", list(at(Manifests.pod(app), "spec", "volumes")));
        Map<String, String> secrets = new HashMap<>();
        list(Manifests.container(app).get("volumeMounts")).forEach(mount -> {
            Map<String, Object> volume = map(volumes.get(at(mount, "name").toString()));
            if (volume.containsKey("secret")) {
                assertThat(map(mount)).containsEntry("readOnly", true);
                // 0440: serve refuses keys that others than their owner may write.
                assertThat(at(volume, "secret", "defaultMode")).isEqualTo(0440);
                secrets.put(
                        at(mount, "mountPath").toString(),
                        at(volume, "secret", "secretName").toString());
            }
        });
        return secrets;
    }

    @ParameterizedTest
    @ValueSource(strings = {JOB, SERVE})
    void imagesStandOnADigest(String app) throws Exception {
        List<String> lines = dockerfile(app);
        List<String> bases =
                lines.stream().filter(line -> line.startsWith("FROM ")).toList();

        assertThat(bases).isNotEmpty().allSatisfy(base -> {
            Matcher pinned = Pattern.compile(
                            "FROM [a-z0-9./-]+:[a-z0-9._-]+@sha256:(?:[0-9a-f]{64}|\\$\\{([A-Z0-9_]+)})( AS [a-z]+)?")
                    .matcher(base);
            assertThat(base).matches(pinned.pattern());
            pinned.matches();
            if (pinned.group(1) != null) {
                // Given by whoever builds: a default would be somebody's guess.
                assertThat(lines.subList(0, lines.indexOf(base))).contains("ARG " + pinned.group(1));
                assertThat(readme()).contains("--build-arg " + pinned.group(1) + "=");
            }
        });
        // What is fetched while the image is built would not be pinned.
        assertThat(lines).noneMatch(line -> line.matches("ADD .*|RUN .*(curl|wget|apt-get|apk) .*"));
    }

    @Test
    void theReadmeBuildsTheImagesThatTheManifestsName() throws Exception {
        Pattern build = Pattern.compile("docker build -f (\\S+) -t (\\S+) \\\\\n.*\\(digest (\\S+)\\) target");
        Map<String, String> images = new TreeMap<>();
        Matcher matcher = build.matcher(readme());
        while (matcher.find()) {
            images.put(matcher.group(1), matcher.group(2));
            assertThat(Files.readString(Path.of(matcher.group(1))))
                    .contains("FROM docker.io/library/" + matcher.group(3) + "@sha256:");
            assertThat(readme()).contains("docker push " + matcher.group(2) + "\n");
        }

        assertThat(images)
                .isEqualTo(Map.of(
                        "deploy/kubernetes/job.Dockerfile", at(Manifests.job(), "spec", "image"),
                        "deploy/kubernetes/serve.Dockerfile",
                                Manifests.container(SERVE).get("image")));
        String pom = Files.readString(Path.of("pom.xml"));
        String flink = pom.replaceAll("(?s).*<flink.version>([^<]+)<.*", "$1");
        assertThat(dockerfile(JOB)).anyMatch(line -> line.startsWith("FROM docker.io/library/flink:" + flink + "-"));
        String jar = at(Manifests.job(), "spec", "job", "jarURI").toString().replace("local://", "");
        assertThat(dockerfile(JOB)).anyMatch(line -> line.startsWith("COPY ") && line.endsWith(" " + jar));
        assertThat(Class.forName(
                                at(Manifests.job(), "spec", "job", "entryClass").toString())
                        .getMethod("main", String[].class))
                .isNotNull();
    }

    @Test
    void theReadmeNamesEachFileAndPort() throws Exception {
        List<String> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(Manifests.DIRECTORY)) {
            all.map(file -> file.getFileName().toString())
                    .filter(file -> !file.equals("README.md"))
                    .forEach(file -> files.add("`" + file + "`"));
        }

        assertThat(readme()).contains(files).contains("no image was built");
        assertThat(readme())
                .contains(
                        "| " + Manifests.ports(SERVE).get("http") + " `http` of `serve` | namespace `ingress-nginx` |")
                .contains("| " + Manifests.ports(SERVE).get("admin") + " `admin` of `serve` | namespace `monitoring`,")
                .contains(
                        "| " + Manifests.ports(JOB).get("metrics") + " `metrics` of the job | namespace `monitoring` |")
                .contains("| 8081 of the JobManager | namespace `flink-operator` |");
    }

    private static String readme() throws IOException {
        return Files.readString(Manifests.DIRECTORY.resolve("README.md"));
    }

    /** Its instructions, one a line, without comments. */
    private static List<String> dockerfile(String app) throws IOException {
        String name = app.substring("cardwatch-".length()) + ".Dockerfile";
        return Files.readString(Manifests.DIRECTORY.resolve(name))
                .replaceAll("\\\\\n *", "")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .collect(Collectors.toList());
    }
}
