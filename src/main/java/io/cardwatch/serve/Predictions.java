package io.cardwatch.serve;

import io.cardwatch.codec.DecisionJson;
import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.decide.Decider;
import io.cardwatch.decide.InForce;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import io.cardwatch.feature.CustomerWindow;
import io.cardwatch.feature.TerminalWindow;
import io.cardwatch.feature.WindowFormat;
import io.cardwatch.feature.WindowKind;
import io.cardwatch.feature.WindowQuery;
import io.cardwatch.feature.WindowTimes;
import io.cardwatch.online.OnlineStore;
import io.cardwatch.online.OnlineStore.Reading;
import io.cardwatch.online.StoreUnavailableException;
import io.cardwatch.online.StoredWindow;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers about payments that have not arrived, by the windows that the job has published. Changes nothing. Any number of
 * threads may ask at once.
 */
final class Predictions {
    private final FeatureSet set;
    private final WindowFormat format;
    private final WindowQuery query;
    private final long maxStalenessMillis;
    private final OnlineStore store;
    private final ServeMetrics metrics;
    private final Clock clock;
    private final ThreadLocal<Decider> deciders;
    private final ThreadLocal<RecordDecoder<Transaction>> decoders;

    Predictions(Settings settings, InForce inForce, OnlineStore store, ServeMetrics metrics, Clock clock) {
        this.set = settings.get(Options.FEATURES_SET);
        WindowTimes times = WindowTimes.of(settings);
        this.format = new WindowFormat(set, times);
        this.query = new WindowQuery(set, times);
        this.maxStalenessMillis = settings.get(Options.SERVE_MAX_STALENESS).toMillis();
        this.store = store;
        this.metrics = metrics;
        this.clock = clock;
        this.deciders = ThreadLocal.withInitial(() -> new Decider(inForce));
        int maxBytes = settings.get(Options.SOURCE_MAX_RECORD_BYTES);
        this.decoders = ThreadLocal.withInitial(() -> RecordDecoder.transactions(maxBytes, Contacts.LEFT_OUT));
    }

    /**
     * Answers about one transaction, or several in {@code {"transactions": […]}}.
     *
     * @param body JSON
     * @return JSON: the answer, or {@code {"predictions": […]}} with an answer or a problem for each, in their order
     * @throws Problem where a single transaction cannot be answered, or nothing can
     */
    byte[] answer(byte[] body) throws Problem {
        List<byte[]> batch = Batch.items(body);
        List<Decoded<Transaction>> payments = new ArrayList<>();
        RecordOrigin now = new RecordOrigin("serve", "", "", "", clock.millis());
        for (byte[] item : batch == null ? List.of(body) : batch) {
            payments.add(decoders.get().decode(item, now));
        }
        Windows windows = new Windows(read(keys(payments)));
        if (batch == null) {
            Answer answer = answer(payments.get(0), windows);
            return RecordJson.object(answer);
        }
        return RecordJson.object(json -> {
            json.writeArrayFieldStart("predictions");
            for (Decoded<Transaction> payment : payments) {
                json.writeStartObject();
                try {
                    answer(payment, windows).write(json);
                } catch (Problem problem) {
                    metrics.refused(problem);
                    problem.write(json);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static List<OnlineStore.Key> keys(List<Decoded<Transaction>> payments) {
        List<OnlineStore.Key> keys = new ArrayList<>();
        for (Decoded<Transaction> payment : payments) {
            if (payment.accepted()) {
                keys.add(new OnlineStore.Key(WindowKind.CUSTOMER, payment.value.customerId));
                keys.add(new OnlineStore.Key(WindowKind.TERMINAL, payment.value.terminalId));
            }
        }
        return keys;
    }

    private Reading read(List<OnlineStore.Key> keys) throws Problem {
        try {
            return store.read(keys);
        } catch (StoreUnavailableException e) {
            throw new Problem(Problem.UNAVAILABLE, "store-unavailable", "The online store does not answer.");
        }
    }

    private Answer answer(Decoded<Transaction> payment, Windows windows) throws Problem {
        if (!payment.accepted()) {
            throw new Problem(
                    Problem.BAD_REQUEST,
                    ServeMetrics.word(payment.deadLetter.reason),
                    payment.deadLetter.message + ".");
        }
        Transaction transaction = payment.value;
        StoredWindow customer = windows.stored(WindowKind.CUSTOMER, transaction.customerId);
        StoredWindow terminal = windows.stored(WindowKind.TERMINAL, transaction.terminalId);
        double[] features = new double[set.size()];
        boolean known;
        switch (ask(transaction, windows, features)) {
            case ACCEPTED:
                known = false;
                break;
            case REDELIVERED:
                known = true;
                break;
            case CONFLICT:
                throw new Problem(
                        Problem.CONFLICT,
                        "conflict",
                        "A transaction with the same customer_id, transaction_id and tx_datetime has another terminal_id"
                                + " or tx_amount.");
            default:
                throw new Problem(
                        Problem.UNPROCESSABLE,
                        "too-old",
                        "TX_DATETIME is further behind the stream than features.allowed-lateness.");
        }
        Decision decision = deciders.get().decide(new FeaturedTransaction(transaction, features));
        boolean stale = windows.isStale(customer) || windows.isStale(terminal);
        metrics.predicted(decision, stale);
        return json -> {
            DecisionJson.write(json, decision);
            DecisionJson.write(json, set.features(), features);
            json.writeStringField("customer_version", customer == null ? null : customer.version);
            json.writeStringField("terminal_version", terminal == null ? null : terminal.version);
            json.writeStringField("customer_as_of", customer == null ? null : customer.asOf);
            json.writeStringField("terminal_as_of", terminal == null ? null : terminal.asOf);
            json.writeBooleanField("known", known);
            json.writeBooleanField("stale", stale);
        };
    }

    private CustomerWindow.Arrival ask(Transaction transaction, Windows windows, double[] features) throws Problem {
        CustomerWindow customer = windows.customer(transaction.customerId);
        TerminalWindow terminal = windows.terminal(transaction.terminalId);
        try {
            return query.ask(transaction, customer, terminal, windows.watermark(), transaction.epochSecond, features);
        } catch (RuntimeException e) {
            // Bytes that read as a window may still not be one.
            throw unreadable();
        }
    }

    /**
     * The features of a key as of now, without a payment.
     *
     * @return JSON
     * @throws Problem where nothing can be answered
     */
    byte[] features(WindowKind kind, long id) throws Problem {
        Windows windows = new Windows(read(List.of(new OnlineStore.Key(kind, id))));
        StoredWindow stored = windows.stored(kind, id);
        double[] values = new double[set.size()];
        long now = Math.floorDiv(clock.millis(), 1_000L);
        CustomerWindow customer = kind == WindowKind.CUSTOMER ? windows.customer(id) : null;
        TerminalWindow terminal = kind == WindowKind.TERMINAL ? windows.terminal(id) : null;
        try {
            if (kind == WindowKind.CUSTOMER) {
                query.describe(customer, now, values);
            } else {
                query.describe(terminal, now, values);
            }
        } catch (RuntimeException e) {
            // Bytes that read as a window may still not be one.
            throw unreadable();
        }
        return RecordJson.object(json -> {
            json.writeNumberField(kind.lowerCaseName() + "_id", id);
            json.writeStringField("as_of", stored == null ? null : stored.asOf);
            json.writeStringField("version", stored == null ? null : stored.version);
            json.writeBooleanField("stale", windows.isStale(stored));
            DecisionJson.write(json, kind.features(set), values);
        });
    }

    /**
     * The latest transactions of a key with their decisions, newest first.
     *
     * @return JSON
     * @throws Problem where the store does not answer
     */
    byte[] transactions(WindowKind kind, long id, int limit) throws Problem {
        List<String> documents;
        try {
            documents = store.transactions(new OnlineStore.Key(kind, id), limit);
        } catch (StoreUnavailableException e) {
            throw new Problem(Problem.UNAVAILABLE, "store-unavailable", "The online store does not answer.");
        }
        return RecordJson.object(json -> {
            json.writeNumberField(kind.lowerCaseName() + "_id", id);
            json.writeArrayFieldStart("transactions");
            for (String document : documents) {
                json.writeRawValue(document);
            }
            json.writeEndArray();
        });
    }

    private static Problem unreadable() {
        return new Problem(
                Problem.UNAVAILABLE, "window-unreadable", "A window in the online store cannot be read as one.");
    }

    /** An answer, written as fields of an object. */
    private interface Answer extends RecordJson.Fields {}

    /** The windows of one request, each read once. */
    private final class Windows {
        private final Reading reading;
        private final Map<Long, CustomerWindow> customers = new HashMap<>();
        private final Map<Long, TerminalWindow> terminals = new HashMap<>();
        private final boolean late;

        Windows(Reading reading) {
            this.reading = reading;
            this.late = reading.publication.through() < clock.millis() - maxStalenessMillis;
        }

        /** Null where the store has none. */
        StoredWindow stored(WindowKind kind, long id) throws Problem {
            StoredWindow stored = reading.get(new OnlineStore.Key(kind, id));
            if (stored == null) {
                metrics.missed(kind);
                return null;
            }
            try {
                format.require(stored.settings);
            } catch (BadInputException e) {
                throw new Problem(Problem.UNAVAILABLE, "other-settings", e.getMessage() + ".");
            }
            return stored;
        }

        CustomerWindow customer(long id) throws Problem {
            StoredWindow stored = reading.get(new OnlineStore.Key(WindowKind.CUSTOMER, id));
            if (stored != null && !customers.containsKey(id)) {
                try {
                    customers.put(id, format.readCustomer(stored.bytes));
                } catch (BadInputException e) {
                    throw unreadable();
                }
            }
            return customers.get(id);
        }

        TerminalWindow terminal(long id) throws Problem {
            StoredWindow stored = reading.get(new OnlineStore.Key(WindowKind.TERMINAL, id));
            if (stored != null && !terminals.containsKey(id)) {
                try {
                    terminals.put(id, format.readTerminal(stored.bytes));
                } catch (BadInputException e) {
                    throw unreadable();
                }
            }
            return terminals.get(id);
        }

        long watermark() {
            return reading.publication.watermark();
        }

        boolean isStale(StoredWindow window) {
            return late || reading.publication.mayBeMissing(window);
        }
    }
}
