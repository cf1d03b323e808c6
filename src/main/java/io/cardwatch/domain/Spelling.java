package io.cardwatch.domain;

import java.util.Collection;
import java.util.Comparator;

/** Finds what somebody meant who wrote a name that is not known. */
public final class Spelling {
    private Spelling() {}

    /** The known name that takes the fewest edits to get from {@code written}; there must be one. */
    public static String nearest(String written, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(name -> edits(written, name)))
                .orElseThrow();
    }

    /** Levenshtein's distance, computed one row of the table at a time. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
