package io.cardwatch.domain;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The features that a vector holds: all up to a last one, so that a smaller set is the beginning of a larger one. */
@SuppressWarnings("ImmutableEnumChecker") // its lists are unmodifiable
public enum FeatureSet {
    /** The 15 of the public walk-through and the handbook. */
    REFERENCE(Feature.TERMINAL_ID_RISK_30DAY_WINDOW),
    /** Those, and features from labels as soon as they are known. */
    EXTENDED(Feature.TERMINAL_ID_FRAUD_RUN_DAYS);

    private final List<Feature> features;
    private final List<String> names;

    FeatureSet(Feature last) {
        features = List.of(Feature.values()).subList(0, last.index() + 1);
        names = features.stream().map(Feature::name).collect(Collectors.toUnmodifiableList());
    }

    /** Its features, in vector order. */
    public List<Feature> features() {
        return features;
    }

    /** Their names, in vector order, as files and models write them. */
    public List<String> names() {
        return names;
    }

    /** Its own name, as properties and paths write it. */
    public String lowerCaseName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Length of a vector. */
    public int size() {
        return features.size();
    }

    /** The smallest set with at least so many features, or the largest. */
    public static FeatureSet ofSize(int features) {
        return features <= REFERENCE.size() ? REFERENCE : EXTENDED;
    }
}
