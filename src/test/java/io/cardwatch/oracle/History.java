package io.cardwatch.oracle;

import io.cardwatch.domain.FeatureSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Arrivals in their order, and the settings they are met with. Watermarks in it never run backwards. */
public record History(long seed, long delaySeconds, long allowedLatenessSeconds, List<Arrival> arrivals) {
    /** An oracle with this history's settings that has been told nothing yet. */
    public FeatureOracle newOracle(FeatureSet set) {
        return new FeatureOracle(set, delaySeconds, allowedLatenessSeconds);
    }

    /**
     * A shorter history that still {@code fails}: no single arrival can be left out of it any more.
     *
     * @param fails holds for this history
     */
    public History shrunk(Predicate<History> fails) {
        History smallest = this;
        boolean shorter = true;
        while (shorter) {
            shorter = false;
            for (int i = smallest.arrivals.size() - 1; i >= 0; i--) {
                History candidate = smallest.without(i);
                if (fails.test(candidate)) {
                    smallest = candidate;
                    shorter = true;
                }
            }
        }
        return smallest;
    }

    private History without(int index) {
        List<Arrival> rest = new ArrayList<>(arrivals);
        rest.remove(index);
        return new History(seed, delaySeconds, allowedLatenessSeconds, List.copyOf(rest));
    }

    @Override
    public String toString() {
        return String.format("seed %d, delay %d s, allowed lateness %d s%n", seed, delaySeconds, allowedLatenessSeconds)
                + arrivals.stream().map(Arrival::toString).collect(Collectors.joining(System.lineSeparator()));
    }
}
