package io.cardwatch.control;

import io.cardwatch.decide.Control;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.rules.CompiledRule;
import io.cardwatch.rules.IdList;
import io.cardwatch.rules.Rule;
import io.cardwatch.rules.RuleCompiler;
import io.cardwatch.rules.RuleSet;
import io.cardwatch.score.FraudModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes what is in force from what the control tables say. It keeps the models that it has loaded. For use by one thread. */
final class ControlAssembler {
    /** Most models beside the one that decides. */
    private static final int MOST_CHALLENGERS = 4;

    private final DecisionSettings settings;
    /** What decides where no row says otherwise. */
    private final FraudModel own;

    private final ModelRoot root;
    private final RuleCompiler compiler;
    /** Loaded models by the rows that named them. */
    private final Map<String, FraudModel> loaded = new HashMap<>();

    ControlAssembler(DecisionSettings settings, FraudModel own, ModelRoot root) {
        this.settings = settings;
        this.own = own;
        this.root = root;
        this.compiler = new RuleCompiler(settings.computed());
    }

    /**
     * What the tables put into force. What cannot be used is left out.
     *
     * @param statuses receives what became of each rule and each slot
     */
    Control assemble(ControlTables.Contents contents, List<ControlTables.Status> statuses) {
        SortedMap<String, FraudModel> models = models(contents, statuses);
        FraudModel champion =
                Optional.ofNullable(models.remove(ControlTables.CHAMPION)).orElse(own);
        return new Control(settings, champion, models, rules(contents, statuses));
    }

    private SortedMap<String, FraudModel> models(ControlTables.Contents contents, List<ControlTables.Status> statuses) {
        SortedMap<String, FraudModel> models = new TreeMap<>();
        contents.models.forEach((slot, rows) -> model(slot, rows, statuses).ifPresent(model -> {
            if (models.size() - (models.containsKey(ControlTables.CHAMPION) ? 1 : 0) < MOST_CHALLENGERS
                    || slot.equals(ControlTables.CHAMPION)) {
                models.put(slot, model);
            } else {
                statuses.add(new ControlTables.Status(
                        "model", slot, model.version(), "there are " + MOST_CHALLENGERS + " challengers already"));
            }
        }));
        return models;
    }

    /** The newest model of a slot that can be used. */
    private Optional<FraudModel> model(
            String slot, List<ControlTables.ActivatedModel> rows, List<ControlTables.Status> statuses) {
        String refusal = "";
        for (ControlTables.ActivatedModel row : rows) {
            if (row.path.isEmpty()) {
                return Optional.empty();
            }
            try {
                FraudModel model = load(row);
                statuses.add(new ControlTables.Status("model", slot, model.version(), refusal));
                return Optional.of(model);
            } catch (BadInputException e) {
                refusal = refusal.isEmpty() ? row.path + ": " + e.getMessage() : refusal;
            }
        }
        statuses.add(new ControlTables.Status("model", slot, "", refusal));
        return Optional.empty();
    }

    private FraudModel load(ControlTables.ActivatedModel row) {
        String key = row.slot + '\n' + row.activatedAt + '\n' + row.path;
        FraudModel model = loaded.get(key);
        if (model == null) {
            model = FraudModel.load(root.resolve(row.path));
            model = row.threshold == null ? model : model.withThreshold(row.threshold);
            if (row.slot.equals(ControlTables.CHAMPION)) {
                settings.require(model);
            } else {
                settings.requireFeatures(model);
            }
            loaded.put(key, model);
        }
        return model;
    }

    private RuleSet rules(ControlTables.Contents contents, List<ControlTables.Status> statuses) {
        Map<String, IdList> lists = new TreeMap<>();
        contents.lists.forEach((list, entries) -> lists.put(list, new IdList(list, entries)));
        List<CompiledRule> compiled = new ArrayList<>();
        for (Rule rule : contents.rules) {
            String refusal = "";
            try {
                CompiledRule usable = compiler.compile(rule);
                usable.requireLists(lists.keySet());
                settings.require(usable);
                compiled.add(usable);
            } catch (BadInputException e) {
                refusal = e.getMessage();
            }
            statuses.add(new ControlTables.Status(
                    "rule", rule.id + " " + rule.version, Integer.toString(rule.version), refusal));
        }
        return contents.rules.isEmpty() ? null : RuleSet.of(compiled, lists.values());
    }
}
