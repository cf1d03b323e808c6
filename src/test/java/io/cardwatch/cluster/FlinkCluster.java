package io.cardwatch.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.testing.KinesaliteServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/**
 * A standalone Flink cluster as an operator has it: a JobManager and TaskManagers, each a process of its own, with Flink's
 * own jars alone, which the build puts into {@code target/flink/lib}. It is spoken to by Flink's command line and by
 * REST. Its log settings are those of {@code deploy/cluster}.
 */
public final class FlinkCluster implements AutoCloseable {
    private static final Path LIB = Path.of("target/flink/lib");
    private static final String[] OPENED = {
        "java.lang",
        "java.lang.reflect",
        "java.net",
        "java.io",
        "java.nio",
        "java.text",
        "java.time",
        "java.util",
        "java.util.concurrent",
        "java.util.concurrent.atomic",
        "java.util.concurrent.locks",
        "sun.nio.ch"
    };
    private static final Pattern MANAGERS_LOG = Pattern.compile("(job|task)manager.*\\.log");
    private static final Pattern REPORTER = Pattern.compile("PrometheusReporter HTTP server on port ([0-9]+)");
    /** That Prometheus may ask: each process that lives takes one. */
    private static final int REPORTERS = 12;

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int POLL_MILLIS = 100;
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path directory;
    private final Configuration configuration;
    private final URI rest;
    private final List<Process> processes = new ArrayList<>();
    private final Program program;
    private Process jobManager;
    private final List<Process> taskManagers = new ArrayList<>();

    private FlinkCluster(Path directory, Program program) throws Exception {
        this.directory = directory;
        this.program = program;
        // A test that is killed takes its cluster with it.
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "end of a Flink cluster"));
        rest = URI.create("http://localhost:" + configure());
        configuration = GlobalConfiguration.loadConfiguration(conf().toString());
        startJobManager();
    }

    private void startJobManager() throws Exception {
        JobManagerProcessSpec memory = JobManagerProcessUtils.processSpecFromConfigWithNewOptionToInterpretLegacyHeap(
                configuration, JobManagerOptions.JVM_HEAP_MEMORY);
        String name = "jobmanager-" + processes.size();
        List<String> java = java(
                name, words(JobManagerProcessUtils.generateJvmParametersStr(memory, configuration)), program.classPath);
        jobManager = start(
                name, Stream.of(program.wrapper, java, program.mainAndArguments).flatMap(List::stream));
        awaitRest();
    }

    /** Ends the JobManager as {@code kill -9} does, and starts another, which knows of no job. */
    public void replaceJobManager() throws Exception {
        jobManager.destroyForcibly().onExit().join();
        startJobManager();
        await("the TaskManagers", () -> get("/taskmanagers").get("taskmanagers").size() == taskManagers.size());
    }

    /** What the JobManager's process runs: a command around it, more of a class path, and the main class. */
    private record Program(List<String> wrapper, String classPath, List<String> mainAndArguments) {}

    /** A session cluster, without a TaskManager yet, whose files go below {@code directory}. */
    public static FlinkCluster session(Path directory) throws Exception {
        return new FlinkCluster(
                directory,
                new Program(
                        List.of(),
                        "",
                        List.of(
                                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                                "--configDir",
                                directory.resolve("conf").toString())));
    }

    /**
     * A cluster of one application, without a TaskManager yet.
     *
     * @param wrapper the command that runs the JobManager's
     * @param arguments of the program
     */
    static FlinkCluster application(Path directory, Path jar, List<String> wrapper, String... arguments)
            throws Exception {
        Path usrlib = Files.createDirectories(directory.resolve("usrlib"));
        Files.copy(jar, usrlib.resolve(jar.getFileName()));
        String mainFile = ApplicationMain.class.getName().replace('.', '/') + ".class";
        Path classes = directory.resolve("classes");
        Files.createDirectories(classes.resolve(mainFile).getParent());
        Files.copy(Path.of("target/test-classes", mainFile), classes.resolve(mainFile));
        List<String> main = new ArrayList<>(List.of(
                ApplicationMain.class.getName(),
                "--configDir",
                directory.resolve("conf").toString(),
                "--"));
        main.addAll(List.of(arguments));
        return new FlinkCluster(directory, new Program(wrapper, classes.toString(), main));
    }

    /** Writes Flink's configuration; the port of REST. */
    private String configure() throws IOException {
        for (String name : List.of("conf", "log", "tmp", "checkpoints", "savepoints")) {
            Files.createDirectories(directory.resolve(name));
        }
        Files.copy(Path.of("deploy/cluster/log4j.properties"), conf().resolve("log4j.properties"));
        List<String> ports = freePorts(2 + REPORTERS);
        Files.writeString(
                conf().resolve("config.yaml"),
                String.join(
                        "\n",
                        "jobmanager.rpc.address: localhost",
                        "jobmanager.rpc.port: " + ports.get(0),
                        "jobmanager.bind-host: localhost",
                        "jobmanager.memory.process.size: 1600m",
                        "taskmanager.host: localhost",
                        "taskmanager.bind-host: localhost",
                        "taskmanager.numberOfTaskSlots: 2",
                        "taskmanager.memory.process.size: 1728m",
                        "parallelism.default: 2",
                        "rest.address: localhost",
                        "rest.bind-address: localhost",
                        "rest.port: " + ports.get(1),
                        "blob.server.port: 0",
                        "io.tmp.dirs: " + directory.resolve("tmp"),
                        "web.upload.dir: " + directory.resolve("tmp"),
                        // A TaskManager that was killed is to be missed within seconds.
                        "heartbeat.interval: 1 s",
                        "heartbeat.timeout: 20 s",
                        "metrics.reporter.prom.factory.class:"
                                + " org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
                        "metrics.reporter.prom.port: " + String.join(",", ports.subList(2, ports.size())),
                        "state.backend.type: rocksdb",
                        "execution.checkpointing.incremental: true",
                        "execution.checkpointing.interval: 3 s",
                        "execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION",
                        "execution.checkpointing.dir: "
                                + directory.resolve("checkpoints").toUri(),
                        "execution.checkpointing.savepoint-dir: " + savepoints().toUri(),
                        ""));
        return ports.get(1);
    }

    private Path conf() {
        return directory.resolve("conf");
    }

    /** Where savepoints go. */
    Path savepoints() {
        return directory.resolve("savepoints");
    }

    /** All different: each is held until the last is found. */
    private static List<String> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream()
                    .map(socket -> String.valueOf(socket.getLocalPort()))
                    .collect(Collectors.toList());
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    /** Starts a TaskManager of two slots and waits until the JobManager knows it. */
    public Process startTaskManager() throws Exception {
        TaskExecutorProcessSpec memory = TaskExecutorProcessUtils.processSpecFromConfig(configuration);
        String name = "taskmanager-" + processes.size();
        Process taskManager = start(
                name,
                Stream.of(
                                java(name, words(ProcessMemoryUtils.generateJvmParametersStr(memory)), ""),
                                List.of(
                                        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                                        "--configDir",
                                        conf().toString()),
                                words(TaskExecutorProcessUtils.generateDynamicConfigsStr(memory)),
                                List.of("-D", "taskmanager.resource-id=" + name))
                        .flatMap(List::stream));
        taskManagers.add(taskManager);
        await(name, () -> get("/taskmanagers").toString().contains("\"" + name + "\""));
        return taskManager;
    }

    /** The JobManager's process. */
    public Process jobManager() {
        return jobManager;
    }

    /** The processes of the TaskManagers that were started and not killed. */
    public List<Process> taskManagers() {
        return taskManagers;
    }

    /** Ends a TaskManager as {@code kill -9} does. */
    public void kill(Process taskManager) {
        taskManager.destroyForcibly();
        taskManagers.remove(taskManager);
    }

    /** What {@code flink …} prints; it fails unless that ends with exit code 0. */
    String flink(String... arguments) throws Exception {
        Path output = Files.createTempFile(directory, "flink", ".out");
        Process client = start(
                output,
                Stream.of(
                                java("client", List.of(), ""),
                                List.of("org.apache.flink.client.cli.CliFrontend"),
                                List.of(arguments))
                        .flatMap(List::stream));
        if (!client.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || client.exitValue() != 0) {
            throw new AssertionError("flink " + String.join(" ", arguments) + " failed: " + Files.readString(output));
        }
        return Files.readString(output);
    }

    /** Uploads a jar by REST; its id. */
    String upload(Path jar) throws Exception {
        String boundary = "----cardwatch";
        String head = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\""
                + jar.getFileName() + "\"\r\nContent-Type: application/java-archive\r\n\r\n";
        JsonNode answer = send(HttpRequest.newBuilder(rest.resolve("/jars/upload"))
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(HttpRequest.BodyPublishers.concat(
                        HttpRequest.BodyPublishers.ofString(head),
                        HttpRequest.BodyPublishers.ofFile(jar),
                        HttpRequest.BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"))));
        return answer.get("filename").textValue().replaceFirst(".*/", "");
    }

    /** Runs an uploaded jar; the job's id. */
    String run(String jarId, Map<String, Object> request) throws Exception {
        return send(HttpRequest.newBuilder(rest.resolve("/jars/" + jarId + "/run"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(request))))
                .get("jobid")
                .textValue();
    }

    /** Asks for the end of a job. */
    void cancel(String job) throws Exception {
        send(HttpRequest.newBuilder(rest.resolve("/jobs/" + job + "?mode=cancel"))
                .method("PATCH", HttpRequest.BodyPublishers.noBody()));
    }

    /** The id of the job that runs, once all its tasks do. */
    String awaitRunningJob() throws Exception {
        String[] id = new String[1];
        await("a job all of whose tasks run", () -> {
            for (JsonNode job : get("/jobs/overview").get("jobs")) {
                JsonNode tasks = job.get("tasks");
                if (job.get("state").textValue().equals("RUNNING")
                        && tasks.get("running").equals(tasks.get("total"))) {
                    id[0] = job.get("jid").textValue();
                }
            }
            return id[0] != null;
        });
        return id[0];
    }

    /** Waits until no job runs. */
    void awaitNoJob() throws Exception {
        await("no job that runs", () -> {
            for (JsonNode job : get("/jobs").get("jobs")) {
                if (!List.of("CANCELED", "FINISHED", "FAILED")
                        .contains(job.get("status").textValue())) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Waits until the job has a checkpoint that was begun after {@code epochMillis}. */
    void awaitCheckpoint(String job, long epochMillis) throws Exception {
        await(
                "a checkpoint",
                () -> newestCheckpoint(job).path("trigger_timestamp").asLong() > epochMillis);
    }

    /** Directory of the newest checkpoint that is kept of a job, also of one that no JobManager knows any more. */
    String keptCheckpoint(String job) throws IOException {
        try (Stream<Path> checkpoints =
                Files.list(directory.resolve("checkpoints").resolve(job))) {
            return checkpoints
                    .filter(path -> Files.exists(path.resolve("_metadata")))
                    .max(Comparator.comparingInt(path ->
                            Integer.parseInt(path.getFileName().toString().replaceFirst("chk-", ""))))
                    .orElseThrow()
                    .toUri()
                    .toString();
        }
    }

    private JsonNode newestCheckpoint(String job) throws Exception {
        return get("/jobs/" + job + "/checkpoints").at("/latest/completed");
    }

    /** How often the job was restored from a checkpoint of its own or from one that it was started with. */
    int restores(String job) throws Exception {
        return get("/jobs/" + job + "/checkpoints").at("/counts/restored").asInt();
    }

    /** What a Prometheus would read from each process of the cluster. */
    String metrics() throws Exception {
        StringBuilder all = new StringBuilder();
        for (String line : logLines()) {
            Matcher started = REPORTER.matcher(line);
            if (started.find()) {
                URI address = URI.create("http://localhost:" + started.group(1) + "/metrics");
                all.append(http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString(UTF_8))
                        .body());
            }
        }
        return all.toString();
    }

    /** All lines of the logs of JobManager and TaskManagers, also of those that were killed. */
    public List<String> logLines() throws IOException {
        try (Stream<Path> logs = Files.list(directory.resolve("log"))) {
            List<String> lines = new ArrayList<>();
            for (Path log : logs.filter(path ->
                            MANAGERS_LOG.matcher(path.getFileName().toString()).matches())
                    .toList()) {
                lines.addAll(Files.readAllLines(log));
            }
            return lines;
        }
    }

    private List<String> java(String name, List<String> memory, String moreClassPath) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Each process lives for a minute or two, of which the optimizing compiler would take half.
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(memory);
        for (String opened : OPENED) {
            command.addAll(List.of("--add-opens", "java.base/" + opened + "=ALL-UNNAMED"));
        }
        command.add("-Dlog.file=" + directory.resolve("log/" + name + ".log"));
        command.add("-Dlog4j.configurationFile="
                + conf().resolve("log4j.properties").toUri());
        command.add("-cp");
        command.add(LIB.toAbsolutePath() + "/*" + (moreClassPath.isEmpty() ? "" : File.pathSeparator + moreClassPath));
        return command;
    }

    private Process start(String name, Stream<String> command) throws IOException {
        return start(directory.resolve("log/" + name + ".out"), command);
    }

    private Process start(Path output, Stream<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command.collect(Collectors.toList()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment()
                .putAll(Map.of(
                        "FLINK_CONF_DIR",
                        conf().toString(),
                        // Beside it Flink looks for usrlib.
                        "FLINK_LIB_DIR",
                        directory.resolve("lib").toString(),
                        "AWS_ACCESS_KEY_ID",
                        KinesaliteServer.ACCESS_KEY,
                        "AWS_SECRET_ACCESS_KEY",
                        KinesaliteServer.SECRET_KEY));
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static List<String> words(String text) {
        return Arrays.asList(text.trim().split("\\s+"));
    }

    private void awaitRest() throws Exception {
        await("Flink's REST interface", () -> {
            try {
                return get("/overview").has("taskmanagers");
            } catch (IOException e) {
                return false;
            }
        });
    }

    JsonNode get(String path) throws Exception {
        return send(HttpRequest.newBuilder(rest.resolve(path)).GET());
    }

    private JsonNode send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8));
        if (answer.statusCode() >= 300) {
            throw new IOException(request.build() + " is answered with " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    /** A condition that may throw. */
    public interface Condition {
        boolean holds() throws Exception;
    }

    /** Waits for a condition; fails when a process of the cluster has ended, or after two minutes. */
    public void await(String what, Condition condition) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.holds()) {
            Predicate<Process> isDead = process -> !process.isAlive();
            if (isDead.test(jobManager)
                    || taskManagers.stream().anyMatch(isDead)
                    || Instant.now().isAfter(end)) {
                throw new AssertionError("waited in vain for " + what + "; the last lines of the logs: " + lastWords());
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private String lastWords() throws IOException {
        List<String> lines = logLines();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
    }
}
