package io.cardwatch.training.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import io.cardwatch.domain.BadInputException;
import java.util.Iterator;
import java.util.Set;

/**
 * The keys that XGBoost 1.7 to 3.4 write into a model of trees, object by object, according to its sources (learner.cc,
 * gbtree.cc, gbtree_model.cc, tree_model.cc, cat_container.cc). {@link XgboostJson} and {@link XgboostTree} read or
 * check those that change a prediction. The others do not: statistics of the training, the parents of nodes,
 * {@code id}, {@code attributes} (free text), {@code version}, {@code boost_from_average} and {@code scale_pos_weight},
 * which only training uses, and {@code num_parallel_tree}, which groups the trees of a round where not all rounds are
 * used.
 *
 * <p>Any other key is refused. XGBoost 3.3 began to write {@code weight_drop} into models of gbtree, and a reader that
 * ignored it scored them wrongly.
 */
@SuppressWarnings("ImmutableEnumChecker") // its sets are unmodifiable
enum XgboostKeys {
    ROOT("learner", "version"),
    LEARNER("attributes", "feature_names", "feature_types", "gradient_booster", "learner_model_param", "objective"),
    LEARNER_PARAMETERS("base_score", "boost_from_average", "num_class", "num_feature", "num_target"),
    OBJECTIVE("name", "reg_loss_param"),
    LOGISTIC_PARAMETERS("scale_pos_weight"),
    /** As version 3.3 writes weights. */
    GBTREE("model", "name", "weight_drop"),
    /** As versions up to 3.2 write weights, around another booster. */
    DART("gbtree", "name", "weight_drop"),
    GBTREE_IN_DART("model", "name"),
    /** As version 3.4 writes weights. */
    MODEL("cats", "gbtree_model_param", "iteration_indptr", "tree_info", "trees", "weight_drop"),
    MODEL_PARAMETERS("num_parallel_tree", "num_trees", "size_leaf_vector"),
    CATEGORIES("enc", "feature_segments", "sorted_idx"),
    TREE(
            "base_weights",
            "categories",
            "categories_nodes",
            "categories_segments",
            "categories_sizes",
            "default_left",
            "id",
            "leaf_weights",
            "left_children",
            "loss_changes",
            "parents",
            "right_children",
            "split_conditions",
            "split_indices",
            "split_type",
            "sum_hessian",
            "tree_param"),
    TREE_PARAMETERS("num_deleted", "num_feature", "num_nodes", "size_leaf_vector");

    private final Set<String> known;

    XgboostKeys(String... known) {
        this.known = Set.of(known);
    }

    /**
     * Returns the object under {@code key}, which may be missing and may have only these keys.
     *
     * @param where the path of {@code parent} in the file, for the message
     * @throws BadInputException if it is there but not an object, or has another key
     */
    JsonNode in(JsonNode parent, String where, String key) {
        JsonNode object = parent.path(key);
        require(object, where + "." + key);
        return object;
    }

    /** Checks the keys of an object. */
    void require(JsonNode object, String where) {
        if (!object.isObject() && !object.isMissingNode()) {
            throw XgboostField.malformed("its " + where + " is no object");
        }
        for (Iterator<String> keys = object.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            if (!known.contains(key)) {
                throw new BadInputException(
                        "the model has the key '" + key + "' in " + where
                                + ", which Cardwatch does not know: it may change the scores",
                        "Save it with XGBoost 1.7 to 3.4, or use a version of Cardwatch that knows the key.");
            }
        }
    }
}
