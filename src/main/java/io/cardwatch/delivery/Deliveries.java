package io.cardwatch.delivery;

import io.cardwatch.config.Option;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.Tables;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.UUID;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.util.function.SerializableFunction;

/** What the settings ask for beside the warehouse. */
public final class Deliveries {
    private final Settings settings;

    /** Nothing is opened yet. */
    public Deliveries(Settings settings) {
        this.settings = settings;
    }

    /**
     * Checks that the archive can be written, by a file that is deleted again. The streams are checked with those that are
     * read.
     *
     * @throws BadInputException when it cannot
     */
    public void check() {
        settings.get(Options.ARCHIVE_PATH).ifPresent(Deliveries::check);
    }

    private static void check(URI folder) {
        Path probe = new Path(new Path(folder), ".cardwatch-" + UUID.randomUUID());
        try {
            FileSystem files = probe.getFileSystem();
            files.create(probe, FileSystem.WriteMode.NO_OVERWRITE).close();
            files.delete(probe, false);
            files.createRecoverableWriter();
        } catch (UnsupportedFileSystemSchemeException e) {
            throw new BadInputException(
                    "nothing here can write to archive.path, " + folder,
                    "Put Flink's plugin for " + folder.getScheme()
                            + ": into the plugins of the cluster, and start the job there.",
                    e);
        } catch (IOException | UnsupportedOperationException e) {
            throw new BadInputException(
                    "archive.path, " + folder + ", cannot be written: " + e.getMessage(),
                    "Create it, and let the job write and delete there.",
                    e);
        }
    }

    /**
     * Adds the sinks of predictions.
     *
     * @param scored the rows without contacts
     * @param joined the rows with contacts, or the same where contacts are switched off
     */
    public void deliver(DataStream<ScoredTransaction> scored, DataStream<ScoredTransaction> joined) {
        settings.get(Options.PREDICTIONS_STREAM).ifPresent(stream -> {
            Contacts contacts = contacts(Options.PREDICTIONS_CONTACTS);
            rows(contacts, scored, joined)
                    .sinkTo(put(contacts, new KinesisTarget(stream, settings)))
                    .uid("predictions-stream")
                    .name("predictions.stream");
        });
        settings.get(Options.ARCHIVE_FIREHOSE_STREAM).ifPresent(stream -> {
            Contacts contacts = contacts(Options.ARCHIVE_CONTACTS);
            rows(contacts, scored, joined)
                    .sinkTo(put(contacts, new FirehoseTarget(stream, settings.get(Options.SOURCE_REGION), null)))
                    .uid("predictions-firehose")
                    .name("archive.firehose-stream");
        });
        settings.get(Options.ARCHIVE_PATH).ifPresent(folder -> {
            Contacts contacts = contacts(Options.ARCHIVE_CONTACTS);
            rows(contacts, scored, joined)
                    .sinkTo(archive(table(contacts), row -> row.transaction.epochSecond, folder, "predictions"))
                    .uid("predictions-archive")
                    .name("archive of predictions");
        });
    }

    /**
     * Adds the sink of dead letters, by the hour of their arrival. Their bytes may hold anything, so they are left out where
     * contacts are.
     */
    public void deliverDeadLetters(DataStream<DeadLetter> letters) {
        Table<DeadLetter> table = contacts(Options.ARCHIVE_CONTACTS) == Contacts.KEPT
                ? Tables.DEAD_LETTERS
                : Tables.DEAD_LETTERS.without(Set.of("raw_base64"));
        settings.get(Options.ARCHIVE_PATH).ifPresent(folder -> letters.sinkTo(archive(
                        table,
                        letter -> letter.origin.arrivalMillis == RecordOrigin.NO_ARRIVAL
                                ? 0L
                                : letter.origin.arrivalMillis / 1_000,
                        folder,
                        "dead_letters"))
                .setParallelism(1)
                .uid("dead-letters-archive")
                .name("archive of dead letters"));
    }

    private PutSink<ScoredTransaction> put(Contacts contacts, PutTarget target) {
        return new PutSink<>(table(contacts), row -> Long.toString(row.transaction.customerId), target);
    }

    private <T> ArchiveSink<T> archive(Table<T> table, SerializableFunction<T, Long> second, URI folder, String name) {
        URI own = URI.create(folder.toString().replaceFirst("/*$", "/") + name);
        return new ArchiveSink<>(table, second, own, settings.get(Options.ARCHIVE_ROLLOVER));
    }

    private Table<ScoredTransaction> table(Contacts contacts) {
        return Tables.predictions(settings.get(Options.FEATURES_SET), contacts);
    }

    private Contacts contacts(Option<Contacts> wanted) {
        return settings.get(Options.ENRICHMENT_CONTACT_COLUMNS) == Contacts.LEFT_OUT
                ? Contacts.LEFT_OUT
                : settings.get(wanted);
    }

    private static DataStream<ScoredTransaction> rows(
            Contacts contacts, DataStream<ScoredTransaction> scored, DataStream<ScoredTransaction> joined) {
        return contacts == Contacts.KEPT ? joined : scored;
    }
}
