package io.cardwatch.cli;

import io.cardwatch.datagen.EventSink;
import io.cardwatch.datagen.KinesisFeed;
import io.cardwatch.datagen.LabelDelay;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.datagen.SimulationFiles;
import io.cardwatch.domain.BadInputException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Simulates card payments with known frauds, to files or into Kinesis. */
@Command(
        name = "generate",
        sortOptions = false,
        sortSynopsis = false,
        description = "Simulate card payments, frauds and verdicts, to files or into Kinesis. The same options give the"
                + " same records.")
final class GenerateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Target target;

    @ArgGroup(exclusive = false, heading = "%nThe simulated world:%n")
    private World world = new World();

    /** Exactly one of the two. */
    static final class Target {
        @ArgGroup(exclusive = false, heading = "%nTo files:%n")
        private ToFiles files;

        @ArgGroup(exclusive = false, heading = "%nInto Kinesis:%n")
        private ToKinesis kinesis;
    }

    /** Where the files go and how they are spelled. */
    static final class ToFiles {
        @Option(
                names = "--out",
                required = true,
                paramLabel = "DIR",
                description = "An empty or new directory for transactions, labels and customers.")
        private Path directory;

        @Option(
                names = "--format",
                defaultValue = "csv",
                paramLabel = "csv|jsonl",
                description = "Format of the files.")
        private String format = "csv";

        @Option(names = "--gzip", description = "Compress the files; their names end in .gz.")
        private boolean gzip;

        private SimulationFiles.Format format() {
            switch (format) {
                case "csv":
                    return SimulationFiles.Format.CSV;
                case "jsonl":
                    return SimulationFiles.Format.JSONL;
                default:
                    throw new BadInputException("There is no format \"" + format + "\".", "Write csv or jsonl.");
            }
        }
    }

    /** Which streams, and how fast. */
    static final class ToKinesis {
        @Option(
                names = "--stream",
                required = true,
                paramLabel = "NAME",
                description = "The stream of the payments, for instance cust-payment-txn-stream.")
        private String stream;

        @Option(
                names = "--label-stream",
                defaultValue = "cust-payment-label-stream",
                paramLabel = "NAME",
                description = "The stream of the verdicts. Those known only after the last day are not sent.")
        private String labelStream = "cust-payment-label-stream";

        @Option(
                names = "--endpoint-url",
                showDefaultValue = Help.Visibility.NEVER,
                paramLabel = "URL",
                description = "A Kinesis server other than AWS, for instance http://localhost:4567.")
        private Optional<URI> endpoint = Optional.empty();

        @Option(
                names = "--region",
                showDefaultValue = Help.Visibility.NEVER,
                paramLabel = "NAME",
                description = "AWS region; without it, that of the environment, or us-east-1 with --endpoint-url.")
        private Optional<String> region = Optional.empty();

        @Option(
                names = "--rate",
                showDefaultValue = Help.Visibility.NEVER,
                paramLabel = "N",
                description =
                        "Records a second, of both streams together, in order of event time: neither stream is ever"
                                + " more than an hour ahead of the other. Without it, as many as Kinesis takes.")
        private Optional<Double> rate = Optional.empty();

        private double rate() {
            if (rate.orElse(1.0) > 0) {
                return rate.orElse(Double.POSITIVE_INFINITY);
            }
            throw new BadInputException(
                    "No records flow at a rate of " + rate.orElseThrow() + ".", "Give --rate a number above 0.");
        }
    }

    /** Where the days lie. */
    static final class FirstOrLastDay {
        @Option(names = "--first-day", defaultValue = "2018-04-01", paramLabel = "DATE", description = "The first day.")
        private String firstDay = "2018-04-01";

        @Option(
                names = "--last-day",
                showDefaultValue = Help.Visibility.NEVER,
                paramLabel = "DATE|today",
                description = "The last day, UTC.")
        private Optional<String> lastDay = Optional.empty();
    }

    /** What the simulation depends on. */
    static final class World {
        @Option(
                names = "--profile",
                defaultValue = "cardwatch",
                paramLabel = "cardwatch|handbook",
                description =
                        "cardwatch: a world of any size. handbook: the data set published with the fraud detection"
                                + " handbook, row for row, or its first days; customers, terminals and radius are fixed,"
                                + " another --seed gives a sibling of it.")
        private String profile = "cardwatch";

        @Option(names = "--seed", defaultValue = "0", paramLabel = "N", description = "Another seed, another world.")
        private long seed;

        @Option(names = "--customers", defaultValue = "5000", paramLabel = "N", description = "Number of customers.")
        private int customers = 5_000;

        @Option(names = "--terminals", defaultValue = "10000", paramLabel = "N", description = "Number of terminals.")
        private int terminals = 10_000;

        @Option(names = "--days", defaultValue = "183", paramLabel = "N", description = "Number of days.")
        private int days = 183;

        @ArgGroup(exclusive = true)
        private FirstOrLastDay position = new FirstOrLastDay();

        @Option(
                names = "--radius",
                defaultValue = "5",
                paramLabel = "R",
                description = "Customers use the terminals nearer than this, on a square of 100 by 100.")
        private double radius = 5;

        @Option(
                names = "--label-delay",
                defaultValue = "fixed:7d",
                paramLabel = "DISTRIBUTION",
                description = "Time from a payment to its verdict: fixed:7d, lognormal:3d,1.0 (median, sigma) or"
                        + " uniform:0d,7d.")
        private String labelDelay = "fixed:7d";

        @Option(
                names = "--genuine-label-share",
                defaultValue = "0",
                paramLabel = "SHARE",
                description = "Share of the genuine payments that get a verdict, too; frauds always do.")
        private double genuineLabelShare;

        private Profile profile() {
            Profile.Builder builder = builder()
                    .seed(seed)
                    .customers(customers)
                    .terminals(terminals)
                    .days(days)
                    .radius(radius)
                    .labelDelay(LabelDelay.parse(labelDelay))
                    .genuineLabelShare(genuineLabelShare);
            position.lastDay.ifPresentOrElse(
                    last -> builder.daysEndingOn(days, day(last)), () -> builder.firstDay(day(position.firstDay)));
            return builder.build();
        }

        private Profile.Builder builder() {
            switch (profile) {
                case "cardwatch":
                    return Profile.reference();
                case "handbook":
                    return Profile.handbook();
                default:
                    throw new BadInputException(
                            "There is no profile \"" + profile + "\".", "Write cardwatch or handbook.");
            }
        }

        private static LocalDate day(String text) {
            try {
                return text.equals("today") ? LocalDate.now(ZoneOffset.UTC) : LocalDate.parse(text);
            } catch (DateTimeParseException e) {
                throw new BadInputException("There is no day \"" + text + "\".", "Write it as in 2018-04-01.", e);
            }
        }
    }

    @Override
    public Integer call() {
        Profile profile = world.profile();
        Simulation simulation = Simulation.of(profile);
        SimulatedEvents events = simulation.events();
        long end = target.files == null ? profile.endEpochSecond() : Long.MAX_VALUE;
        ProgressLine progress = new ProgressLine(command.commandLine().getErr());
        try (EventSink sink = open(simulation)) {
            while (events.hasNext()) {
                SimulatedEvent event = events.next();
                if (event.epochSecond() >= end) {
                    break;
                }
                sink.accept(event);
                progress.record(event.epochSecond());
            }
            sink.complete();
        } finally {
            progress.end();
        }
        summarize(events, progress);
        return 0;
    }

    private EventSink open(Simulation simulation) {
        if (target.files == null) {
            ToKinesis to = target.kinesis;
            return new KinesisFeed(KinesisFeed.client(to.endpoint, to.region), to.stream, to.labelStream, to.rate());
        }
        ToFiles to = target.files;
        return new SimulationFiles(to.directory, to.format(), to.gzip, simulation.customers());
    }

    private void summarize(SimulatedEvents events, ProgressLine progress) {
        long obvious = events.payments(1);
        long terminals = events.payments(2);
        long cards = events.payments(3);
        long frauds = obvious + terminals + cards;
        long payments = events.payments(0) + frauds;
        PrintWriter out = command.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%,d payments, %,d of them frauds (%,d large amounts, %,d at compromised terminals, %,d with compromised"
                        + " cards), and %,d verdicts in %.1f s: %,.0f records/s%n",
                payments,
                frauds,
                obvious,
                terminals,
                cards,
                progress.records() - payments,
                progress.seconds(),
                progress.records() / progress.seconds());
        out.flush();
    }
}
