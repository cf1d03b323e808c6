package io.cardwatch.explain;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.control.ControlTables.ActivatedModel;
import io.cardwatch.control.PastControl;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.FraudModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Looks for the model of a version where models are: it loads one after the other until the version is the right one. */
final class ModelSearch {
    /** Empty where no place has it. */
    final Optional<FraudModel> model;
    /** Where it was found; empty where it was not. */
    final String place;
    /** The places before, each with what is there. */
    final List<String> elsewhere = new ArrayList<>();

    /** @param named a directory to look in first */
    ModelSearch(String version, Optional<String> named, Settings settings, PastControl past) {
        Map<String, Supplier<FraudModel>> places = new LinkedHashMap<>();
        named.ifPresent(directory -> places.put(directory, () -> FraudModel.load(directory)));
        settings.get(Options.MODEL_PATH)
                .ifPresent(directory -> places.putIfAbsent(directory, () -> FraudModel.load(directory)));
        for (FeatureSet set : FeatureSet.values()) {
            places.put("the shipped " + set.lowerCaseName() + " model", () -> FraudModel.loadShipped(set));
        }
        for (ActivatedModel row : past.models()) {
            places.putIfAbsent(row.path, () -> past.load(row));
        }
        FraudModel found = null;
        String where = "";
        for (Map.Entry<String, Supplier<FraudModel>> candidate : places.entrySet()) {
            try {
                FraudModel there = candidate.getValue().get();
                if (there.version().equals(version)) {
                    found = there;
                    where = candidate.getKey();
                    break;
                }
                elsewhere.add(candidate.getKey() + " is " + there.version());
            } catch (BadInputException e) {
                elsewhere.add(candidate.getKey() + " cannot be used: " + e.getMessage());
            }
        }
        model = Optional.ofNullable(found);
        place = where;
    }
}
