package io.cardwatch.feature;

import io.cardwatch.domain.Feature;
import java.util.List;

/** A key's window as readers outside of the job see it. Immutable. */
public final class PublishedWindow {
    /** Grows with each change; a later window of the same key has a greater one. Below 2⁵³. */
    public final long version;
    /** The window in the {@link WindowFormat}. */
    public final byte[] bytes;
    /** Time of the newest event, UTC epoch seconds. */
    public final long asOf;
    /** When the next of the features changes if no event arrives, UTC epoch seconds; {@link Long#MAX_VALUE} for never. */
    public final long validUntil;
    /** The features of its key. */
    public final List<Feature> features;
    /** Their values as of {@link #asOf}, by {@link Feature#index()}; NaN for what only a payment has. */
    public final double[] values;

    PublishedWindow(long version, byte[] bytes, long asOf, long validUntil, List<Feature> features, double[] values) {
        this.version = version;
        this.bytes = bytes;
        this.asOf = asOf;
        this.validUntil = validUntil;
        this.features = features;
        this.values = values;
    }
}
