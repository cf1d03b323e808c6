package io.cardwatch.score;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Small models and rows made by xgboost4j itself, the reference for our evaluation. */
public final class ReferenceModels {
    /** A tree of one split, as xgboost4j 2.1.4 wrote it, shortened. */
    public static final String STUMP =
            """
            {"learner":{"attributes":{},"feature_names":["A","B","C","D"],"feature_types":[],"gradient_booster":{"model":\
            {"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"1"},"iteration_indptr":[0,1],"tree_info":[0],\
            "trees":[{"categories":[],"default_left":[1,0,0],"id":0,"left_children":[1,-1,-1],\
            "parents":[2147483647,0,0],"right_children":[2,-1,-1],"split_conditions":[16E0,-4.1508764E-1,1.0598326E0],\
            "split_indices":[0,0,0],"split_type":[0,0,0],"sum_hessian":[4,2,2],"tree_param":{"num_deleted":"0","num_feature":"4",\
            "num_nodes":"3","size_leaf_vector":"1"}}]},"name":"gbtree"},"learner_model_param":{"base_score":"5E-1",\
            "boost_from_average":"1","num_class":"0","num_feature":"4","num_target":"1"},"objective":\
            {"name":"binary:logistic","reg_loss_param":{"scale_pos_weight":"1"}}},"version":[2,1,4]}""";

    private static final int TRAINING_ROWS = 4_000;

    private ReferenceModels() {}

    /** Rows of mixed scales: every third feature integral (−0 too), every eighth value missing; ties with thresholds are common. */
    public static float[] rows(int rows, int features, long seed) {
        Random random = new Random(seed);
        float[] values = new float[rows * features];
        for (int i = 0; i < values.length; i++) {
            double value = random.nextGaussian() * 20;
            if (random.nextInt(8) == 0) {
                values[i] = Float.NaN;
            } else {
                values[i] = (float) (i % features % 3 == 0 ? Math.rint(value) : value);
            }
        }
        return values;
    }

    /** Trains on {@link #rows} with labels that depend on the first features, on their absence, and on chance. */
    public static Booster train(String[] features, int rounds, Map<String, Object> parameters) throws XGBoostError {
        float[] values = rows(TRAINING_ROWS, features.length, 11);
        Random random = new Random(12);
        float[] labels = new float[TRAINING_ROWS];
        for (int i = 0; i < TRAINING_ROWS; i++) {
            float first = values[i * features.length];
            float second = values[i * features.length + 1];
            boolean positive = Float.isNaN(first) ? second > 0 : first > 15 || first * second > 300;
            labels[i] = positive ^ random.nextInt(20) == 0 ? 1 : 0;
        }
        DMatrix data = new DMatrix(values, TRAINING_ROWS, features.length, Float.NaN);
        data.setLabel(labels);
        data.setFeatureNames(features);
        Map<String, Object> all = new HashMap<>(Map.of("objective", "binary:logistic", "nthread", 1, "seed", 1));
        all.putAll(parameters);
        return XGBoost.train(data, all, rounds, new HashMap<>(), null, null);
    }

    public static String json(Booster booster) throws XGBoostError {
        return new String(booster.toByteArray("json"), StandardCharsets.UTF_8);
    }
}
