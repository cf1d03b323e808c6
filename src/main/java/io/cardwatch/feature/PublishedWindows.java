package io.cardwatch.feature;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import java.util.List;

/** Describes windows for readers outside of the job. */
final class PublishedWindows {
    private final FeatureSet set;
    private final WindowFormat format;
    private final WindowQuery query;
    private final List<Feature> customers;
    private final List<Feature> terminals;

    PublishedWindows(FeatureSet set, WindowTimes times) {
        this.set = set;
        format = new WindowFormat(set, times);
        query = new WindowQuery(set, times);
        customers = WindowKind.CUSTOMER.features(set);
        terminals = WindowKind.TERMINAL.features(set);
    }

    PublishedWindow of(CustomerWindow window) {
        long asOf = window.newestSecond();
        double[] values = new double[set.size()];
        query.describe(window, asOf, values);
        long until = query.changesAfter(window, asOf);
        return new PublishedWindow(window.version, format.write(window), asOf, until, customers, values);
    }

    PublishedWindow of(TerminalWindow window) {
        long asOf = window.newestSecond();
        double[] values = new double[set.size()];
        query.describe(window, asOf, values);
        long until = query.changesAfter(window, asOf);
        return new PublishedWindow(window.version, format.write(window), asOf, until, terminals, values);
    }
}
