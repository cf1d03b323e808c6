package io.cardwatch.feature;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a window is about. */
public enum WindowKind {
    /** A customer's payments. */
    CUSTOMER,
    /** A terminal's payments. */
    TERMINAL;

    /** Its name in keys and paths. */
    public String lowerCaseName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The features of {@code set} that such a window has without a payment, in vector order. */
    public List<Feature> features(FeatureSet set) {
        return set.features().stream()
                .filter(feature -> feature.name().startsWith(name() + "_ID_"))
                .filter(feature -> feature != Feature.CUSTOMER_ID_AMOUNT_RATIO)
                .collect(Collectors.toUnmodifiableList());
    }
}
