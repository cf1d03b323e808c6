package io.cardwatch.cli;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.datagen.KinesisFeed;
import io.cardwatch.datagen.RecordReplay;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.kinesis.KinesisStreams;
import io.cardwatch.warehouse.RefusedRows;
import io.cardwatch.warehouse.StoredDeadLetters;
import io.cardwatch.warehouse.WarehouseConnection;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/**
 * Sends the records of dead letters into the streams that they came from, where the running job reads them again. Rows
 * that the warehouse refused are written once more.
 */
@Command(
        name = "replay-dead-letters",
        sortOptions = false,
        description = "After the cause of dead letters is corrected: write the rows that the warehouse refused"
                + " (WAREHOUSE_REJECTED), and send all other records to their Kinesis streams again. The dead"
                + " letters stay. A record that is sent twice gives one row; one that still cannot be used gives"
                + " one more dead letter each time.")
final class ReplayDeadLettersCommand implements Callable<Integer> {
    private static final RecordOrigin NOWHERE = new RecordOrigin("", "", "", "", RecordOrigin.NO_ARRIVAL);

    @Option(
            names = "--reason",
            required = true,
            split = ",",
            paramLabel = "REASON",
            description = "Reasons of the dead letters: ${COMPLETION-CANDIDATES}.")
    private Set<DeadLetterReason> reasons = Set.of();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only records that arrived then or later, like 2026-01-31T00:00:00Z.")
    private Optional<Instant> since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only records that arrived before then.")
    private Optional<Instant> until;

    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    private long transactionsSent;
    private long labelsSent;
    private long incomplete;

    @Override
    public Integer call() {
        Settings settings = configuration.settings();
        WarehouseConnection warehouse = WarehouseConnection.of(settings);
        StoredDeadLetters stored = new StoredDeadLetters(warehouse);
        boolean allSent = true;
        if (reasons.contains(DeadLetterReason.WAREHOUSE_REJECTED)) {
            allSent = writeRows(settings, warehouse, stored);
        }
        Set<DeadLetterReason> ofRecords = EnumSet.copyOf(reasons);
        ofRecords.remove(DeadLetterReason.WAREHOUSE_REJECTED);
        if (!ofRecords.isEmpty()) {
            sendRecords(settings, stored, new StoredDeadLetters.Selection(ofRecords, since, until));
        }
        command.commandLine().getOut().flush();
        return allSent ? 0 : 1;
    }

    private boolean writeRows(Settings settings, WarehouseConnection warehouse, StoredDeadLetters stored) {
        RefusedRows rows = new RefusedRows(warehouse, settings.get(Options.WAREHOUSE_RETRY_TIMEOUT));
        stored.forEach(
                new StoredDeadLetters.Selection(Set.of(DeadLetterReason.WAREHOUSE_REJECTED), since, until), rows::add);
        rows.flush();
        say("%,d refused rows written; %,d were there already%n", rows.written, rows.there);
        if (rows.unreadable > 0) {
            say("%,d dead letters hold no row of a Cardwatch table%n", rows.unreadable);
        }
        if (rows.refused > 0) {
            say("%,d rows are still refused: the messages of their dead letters name the constraint%n", rows.refused);
        }
        return rows.refused == 0;
    }

    private void sendRecords(Settings settings, StoredDeadLetters stored, StoredDeadLetters.Selection selection) {
        String transactions = settings.get(Options.SOURCE_STREAM);
        String labels = settings.get(Options.LABELS_STREAM);
        int maxRecordBytes = settings.get(Options.SOURCE_MAX_RECORD_BYTES);
        var transactionDecoder = RecordDecoder.transactions(maxRecordBytes, Contacts.LEFT_OUT);
        var labelDecoder = RecordDecoder.labels(maxRecordBytes, Contacts.LEFT_OUT);
        requireStreams(stored.streams(selection), List.of(transactions, labels));
        KinesisStreams.check(settings);
        try (KinesisClient client = KinesisFeed.client(
                settings.get(Options.SOURCE_ENDPOINT_URL), Optional.of(settings.get(Options.SOURCE_REGION)))) {
            RecordReplay toTransactions = new RecordReplay(client, transactions);
            RecordReplay toLabels = new RecordReplay(client, labels);
            stored.forEach(selection, letter -> {
                if (!isComplete(letter)) {
                    incomplete++;
                } else if (letter.origin.stream().equals(transactions)) {
                    toTransactions.add(key(letter, transactionDecoder, record -> record.customerId), letter.raw);
                    transactionsSent++;
                } else {
                    toLabels.add(key(letter, labelDecoder, record -> record.terminalId), letter.raw);
                    labelsSent++;
                }
            });
            toLabels.flush();
            toTransactions.flush();
        }
        say("%,d records sent to %s and %,d to %s%n", transactionsSent, transactions, labelsSent, labels);
        if (incomplete > 0) {
            say(
                    "%,d skipped: they were stored truncated (OVERSIZE) or only as a hash"
                            + " (enrichment.contact-columns=false); their producers must send them again%n",
                    incomplete);
        }
    }

    private void say(String format, Object... values) {
        command.commandLine().getOut().printf(Locale.ROOT, format, values);
    }

    private static void requireStreams(Set<String> streams, List<String> known) {
        for (String stream : streams) {
            if (!known.contains(stream)) {
                throw new BadInputException(
                        "some of these dead letters came from " + stream + ", which is neither source.stream nor"
                                + " labels.stream",
                        "Set source.stream or labels.stream to it; if it is a file, correct that and read it again.");
            }
        }
    }

    /** Whether the bytes are the whole record: bytes that were cut, or not kept at all, have another hash. */
    private static boolean isComplete(DeadLetter letter) {
        return DeadLetter.sha256(letter.raw).equals(letter.sha256);
    }

    /** The id by which producers route the record, so that it joins its shard; the hash where it cannot be read. */
    private static <T> String key(DeadLetter letter, RecordDecoder<T> decoder, ToLongFunction<T> id) {
        Decoded<T> record = decoder.decode(letter.raw, NOWHERE);
        return record.accepted() ? Long.toString(id.applyAsLong(record.value)) : letter.sha256;
    }
}
