package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.RecordCsv;
import io.cardwatch.datagen.LabelDelay;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Arrival;
import io.cardwatch.oracle.Arrival.LabelArrives;
import io.cardwatch.oracle.Arrival.TransactionArrives;
import io.cardwatch.oracle.BoundedOracle;
import io.cardwatch.oracle.Events;
import io.cardwatch.oracle.FeatureOracle;
import io.cardwatch.oracle.FeatureOracle.Outcome;
import io.cardwatch.oracle.FeatureOracle.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A simulated world that is cut in two: a past that is in files, and what the job reads then, from an hour before the
 * past's last payment. A quarter of that hour's payments are in no file.
 */
final class CutWorld {
    static final int OVERLAP_SECONDS = 3_600;

    final List<Transaction> past = new ArrayList<>();
    final List<FraudLabel> pastLabels = new ArrayList<>();
    /** The overlap's payments again, among them those that the past's file has not, and all later. */
    final List<Transaction> live = new ArrayList<>();

    final List<FraudLabel> liveLabels = new ArrayList<>();
    /** UTC epoch second of the last payment of the past. */
    final long seam;

    CutWorld() {
        Simulation simulation = Simulation.of(Profile.reference()
                .seed(12)
                .customers(120)
                .terminals(50)
                .radius(30)
                .firstDay(LocalDate.of(2024, 1, 1))
                .days(60)
                .labelDelay(LabelDelay.parse("uniform:0d,5d"))
                .genuineLabelShare(0.1)
                .build());
        long cut = Events.at("2024-02-19 15:30:00");
        for (SimulatedEvents events = simulation.events(); events.hasNext(); ) {
            SimulatedEvent event = events.next();
            if (event.isLabel()) {
                // A history's labels reach beyond its last payment, by more than a payment may be late.
                addTo(event.label.labelEpochSecond - cut, event.label, 4 * Events.DAY, pastLabels, liveLabels);
            } else {
                Transaction transaction = event.observed();
                boolean overlaps = transaction.epochSecond > cut - OVERLAP_SECONDS && transaction.epochSecond <= cut;
                boolean heldBack = overlaps && transaction.transactionId % 4 == 0;
                if (heldBack) {
                    live.add(transaction);
                } else {
                    addTo(transaction.epochSecond - cut, transaction, 0, past, live);
                }
            }
        }
        seam = past.get(past.size() - 1).epochSecond;
    }

    private static <T> void addTo(long secondsBehindCut, T event, long pastReaches, List<T> past, List<T> live) {
        if (secondsBehindCut <= pastReaches) {
            past.add(event);
        }
        if (secondsBehindCut > -OVERLAP_SECONDS) {
            live.add(event);
        }
    }

    /** Writes the past's files, in no order, into {@code directory}. */
    void writePast(Path directory) throws IOException {
        write(directory.resolve("transactions.csv"), RecordCsv.TRANSACTION_HEADER, shuffled(past), RecordCsv::row);
        write(directory.resolve("labels.csv"), RecordCsv.LABEL_HEADER, shuffled(pastLabels), RecordCsv::row);
    }

    /** What {@code backfill --savepoint} makes of the files in {@code directory}. */
    Path savepoint(Path directory, FeatureSet set, StringWriter console) throws IOException {
        Path target = directory.resolve(set.lowerCaseName());
        StringWriter errors = new StringWriter();
        int exitCode = Cardwatch.run(
                new PrintWriter(console),
                new PrintWriter(errors),
                "backfill",
                "--transactions",
                directory.resolve("transactions.csv").toString(),
                "--labels",
                directory.resolve("labels.csv").toString(),
                "--savepoint",
                target.toString(),
                "--features.set=" + set.lowerCaseName());
        assertThat(exitCode).as(errors.toString()).isZero();
        try (Stream<Path> files = Files.list(target)) {
            List<Path> savepoints = files.toList();
            assertThat(savepoints).hasSize(1);
            return savepoints.get(0);
        }
    }

    /** The oracle's answers to all live payments that it accepts, having seen the past and then the live labels. */
    List<String> expected(FeatureSet set) {
        FeatureOracle oracle = new FeatureOracle(set, 7 * Events.DAY, 3 * Events.DAY);
        for (Arrival arrival : BoundedOracle.inTimeOrder(past, pastLabels)) {
            if (arrival instanceof LabelArrives arrives) {
                oracle.label(arrives.label());
            } else if (arrival instanceof TransactionArrives arrives) {
                oracle.watermark(arrives.transaction().epochSecond);
                oracle.transaction(arrives.transaction());
            }
        }
        liveLabels.forEach(oracle::label);
        List<String> expected = new ArrayList<>();
        for (Transaction transaction : live) {
            oracle.watermark(transaction.epochSecond);
            Verdict verdict = oracle.transaction(transaction);
            if (verdict.outcome == Outcome.ACCEPTED) {
                expected.add(answer(transaction, verdict.features));
            }
        }
        return expected;
    }

    static String answer(Transaction transaction, double[] features) {
        return transaction.customerId + " " + transaction.transactionId + " " + transaction.epochSecond + " "
                + Arrays.toString(features);
    }

    private static <T> List<T> shuffled(List<T> events) {
        List<T> shuffled = new ArrayList<>(events);
        Collections.shuffle(shuffled, new Random(3));
        return shuffled;
    }

    private static <T> void write(Path file, String header, List<T> events, Function<T, String> row)
            throws IOException {
        List<String> lines = new ArrayList<>(List.of(header));
        events.forEach(event -> lines.add(row.apply(event)));
        Files.write(file, lines);
    }
}
