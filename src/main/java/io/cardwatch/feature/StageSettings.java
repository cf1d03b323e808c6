package io.cardwatch.feature;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeatureSet;
import java.io.Serializable;
import org.apache.flink.util.OutputTag;

/** What the window operators of a job have in common. */
public final class StageSettings implements Serializable {
    private static final long serialVersionUID = 1L;

    final FeatureSet set;
    final WindowTimes times;
    final boolean bounded;
    final Contacts contacts;
    final double cacheShare;
    final WindowPublisher.Factory publishing;
    final OutputTag<DeadLetter> deadLetters;

    /**
     * The settings of a job that computes the features of {@code set}.
     *
     * @param bounded whether the run is bounded, so that records come sorted by time
     * @param contacts whether dead letters hold the bytes of records, or only their hash
     * @param cacheShare share of the heap for decoded windows where the state backend stores bytes; 0 for no cache
     * @param publishing publishes the windows outside of the job; null for nowhere
     * @param deadLetters the side output of refused records
     */
    public StageSettings(
            FeatureSet set,
            WindowTimes times,
            boolean bounded,
            Contacts contacts,
            double cacheShare,
            WindowPublisher.Factory publishing,
            OutputTag<DeadLetter> deadLetters) {
        this.set = set;
        this.times = times;
        this.bounded = bounded;
        this.contacts = contacts;
        this.cacheShare = bounded ? 0 : cacheShare;
        this.publishing = bounded ? null : publishing;
        this.deadLetters = deadLetters;
    }
}
