package io.cardwatch.serve;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.online.OnlineStore;
import io.cardwatch.online.StoreUnavailableException;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes verdicts about payments into the label stream, each signed request once. */
final class Labels {
    private static final Logger LOG = LoggerFactory.getLogger(Labels.class);
    /** Beyond the time in which a signature is accepted, for a clock that is behind. */
    private static final Duration MEMORY_MARGIN = Duration.ofMinutes(5);

    private final OnlineStore store;
    private final LabelStream stream;
    private final Clock clock;
    private final ThreadLocal<RecordDecoder<FraudLabel>> decoders;

    Labels(Settings settings, OnlineStore store, LabelStream stream, Clock clock) {
        this.store = store;
        this.stream = stream;
        this.clock = clock;
        int maxBytes = settings.get(Options.SOURCE_MAX_RECORD_BYTES);
        this.decoders = ThreadLocal.withInitial(
                () -> RecordDecoder.labels(maxBytes, settings.get(Options.ENRICHMENT_CONTACT_COLUMNS)));
    }

    /**
     * Puts a label into the stream.
     *
     * @param signature of the request; null where none is needed, and then a repeated request is a repeated label
     * @return JSON
     * @throws Problem where the label cannot be used, was posted by this signature before, or the stream did not take it
     */
    byte[] put(byte[] body, Signature signature) throws Problem {
        Decoded<FraudLabel> label = decoders.get().decode(body, new RecordOrigin("serve", "", "", "", clock.millis()));
        if (!label.accepted()) {
            throw new Problem(
                    Problem.BAD_REQUEST, ServeMetrics.word(label.deadLetter.reason), label.deadLetter.message + ".");
        }
        claim(signature);
        try {
            stream.put(Long.toString(label.value.terminalId), RecordJson.encode(label.value));
        } catch (Exception e) {
            LOG.warn("The label stream did not take a label: {}", e.getMessage());
            if (signature != null) {
                store.release(signature.hex);
            }
            throw new Problem(Problem.UNAVAILABLE, "stream-unavailable", "The label stream did not take the label.");
        }
        return RecordJson.object(json -> json.writeStringField("status", "accepted"));
    }

    private void claim(Signature signature) throws Problem {
        if (signature == null) {
            return;
        }
        Duration memory =
                Duration.between(clock.instant(), signature.validUntil).plus(MEMORY_MARGIN);
        try {
            if (!store.claim(signature.hex, memory)) {
                throw new Problem(
                        Problem.CONFLICT,
                        "signature-used",
                        "A label was posted with this signature before; sign it anew.");
            }
        } catch (StoreUnavailableException e) {
            throw new Problem(Problem.UNAVAILABLE, "store-unavailable", "The online store does not answer.");
        }
    }
}
