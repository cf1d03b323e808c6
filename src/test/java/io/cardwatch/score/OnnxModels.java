package io.cardwatch.score;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes small ONNX models byte by byte, by the field numbers of
 * <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>, which stand at each {@code add}.
 */
public final class OnnxModels {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int STRING = 8;
    private static final int DOUBLE = 11;
    private static final int IR_VERSION = 8;
    private static final int OPERATOR_SET = 17;
    /** Any number of rows. */
    private static final String ROWS = "N";

    private OnnxModels() {}

    /** 1 / (1 + exp(−(weights · x + bias))) as output [N, 1]. */
    public static byte[] logisticRegression(float[] weights, float bias) {
        return logisticRegression(weights, bias, "Sigmoid");
    }

    /** The same with another function at the end; "Identity" answers with the margin. */
    public static byte[] logisticRegression(float[] weights, float bias, String function) {
        byte[] graph = join(
                node("Gemm", "", List.of("x", "weights", "bias"), List.of("margin")),
                node(function, "", List.of("margin"), List.of("probability")),
                // GraphProto.initializer = 5
                add(5, tensor("weights", weights, weights.length, 1)),
                add(5, tensor("bias", new float[] {bias}, 1)),
                input(weights.length),
                output("probability", tensorType(FLOAT, ROWS, 1)));
        return model(graph);
    }

    /** The same as it would be if it were made for other versions. */
    public static byte[] logisticRegression(float[] weights, float bias, int irVersion, int operatorSet) {
        byte[] graph = join(
                node("Gemm", "", List.of("x", "weights", "bias"), List.of("margin")),
                node("Sigmoid", "", List.of("margin"), List.of("probability")),
                add(5, tensor("weights", weights, weights.length, 1)),
                add(5, tensor("bias", new float[] {bias}, 1)),
                input(weights.length),
                output("probability", tensorType(FLOAT, ROWS, 1)));
        return model(graph, irVersion, operatorSet);
    }

    /**
     * Two classes with margins −weights · x and weights · x, softmax over them: outputs {@code label} and
     * {@code probabilities} [N, 2], as skl2onnx converts a logistic regression.
     *
     * @param classes two texts or two Longs
     */
    public static byte[] linearClassifier(float[] weights, List<?> classes) {
        boolean texts = classes.get(0) instanceof String;
        byte[] graph = join(
                linearNode(weights, classes, "label", "raw"),
                // So that the classes do not stand at the operator that the output comes from.
                node("Identity", "", List.of("raw"), List.of("probabilities")),
                input(weights.length),
                output("label", tensorType(texts ? STRING : INT64, ROWS)),
                output("probabilities", tensorType(FLOAT, ROWS, 2)));
        return model(graph);
    }

    /** The same with classes 0 and 1 inside, whose names only the label is given, as in skl2onnx's model of models. */
    public static byte[] nestedClassifier(float[] weights, List<String> classes) {
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        // TensorProto: dims = 1, data_type = 2, string_data = 6, name = 8
        classes.forEach(name -> names.writeBytes(add(6, name)));
        byte[] constant =
                join(add(1, 1), add(1, classes.size()), add(2, STRING), names.toByteArray(), add(8, "classes"));
        byte[] graph = join(
                linearNode(weights, List.of(0L, 1L), "number", "probabilities"),
                node("ArrayFeatureExtractor", "ai.onnx.ml", List.of("classes", "number"), List.of("label")),
                add(5, constant),
                input(weights.length),
                output("label", tensorType(STRING, 1, ROWS)),
                output("probabilities", tensorType(FLOAT, ROWS, 2)));
        return model(graph);
    }

    /** {@link #softmax} of two classes whose probabilities are doubles. */
    public static byte[] doubles(int features) {
        byte[] graph = join(
                node("MatMul", "", List.of("x", "weights"), List.of("margins")),
                node("Softmax", "", List.of("margins"), List.of("floats")),
                // AttributeProto: name = 1, i = 3, type = 20 (INT is 2)
                node(
                        "Cast",
                        "",
                        List.of("floats"),
                        List.of("probabilities"),
                        add(5, join(add(1, "to"), add(3, DOUBLE), add(20, 2)))),
                add(5, tensor("weights", new float[2 * features], features, 2)),
                input(features),
                output("probabilities", tensorType(DOUBLE, ROWS, 2)));
        return model(graph);
    }

    private static byte[] linearNode(float[] weights, List<?> classes, String label, String probabilities) {
        List<Float> coefficients = new ArrayList<>();
        for (float weight : weights) {
            coefficients.add(-weight);
        }
        for (float weight : weights) {
            coefficients.add(weight);
        }
        return node(
                "LinearClassifier",
                "ai.onnx.ml",
                List.of("x"),
                List.of(label, probabilities),
                floats("coefficients", coefficients),
                floats("intercepts", List.of(0f, 0f)),
                classes.get(0) instanceof String
                        ? strings(
                                "classlabels_strings",
                                classes.stream().map(String.class::cast).toList())
                        : ints(
                                "classlabels_ints",
                                classes.stream().map(Long.class::cast).toList()),
                add(5, join(add(1, "post_transform"), add(4, "SOFTMAX"), add(20, 3))));
    }

    /** One weight per feature and class, softmax over the classes: output [N, classes]. */
    public static byte[] softmax(int features, int classes) {
        byte[] graph = join(
                node("MatMul", "", List.of("x", "weights"), List.of("margins")),
                node("Softmax", "", List.of("margins"), List.of("probabilities")),
                add(5, tensor("weights", new float[features * classes], features, classes)),
                input(features),
                output("probabilities", tensorType(FLOAT, ROWS, classes)));
        return model(graph);
    }

    /** An XGBoost model as onnxmltools converts it: outputs {@code label} and {@code probabilities} [N, 2]. */
    public static byte[] trees(String xgboostJson, int features) throws IOException {
        byte[] graph = join(
                treeNode(xgboostJson, "probabilities"),
                input(features),
                output("label", tensorType(INT64, ROWS)),
                output("probabilities", tensorType(FLOAT, ROWS, 2)));
        return model(graph);
    }

    /** The same with the probabilities in a list of maps, as skl2onnx writes them unless told otherwise. */
    public static byte[] treesWithZipMap(String xgboostJson, int features) throws IOException {
        byte[] zipMap = node(
                "ZipMap",
                "ai.onnx.ml",
                List.of("p"),
                List.of("probabilities"),
                ints("classlabels_int64s", List.of(0L, 1L)));
        // TypeProto.Map: key_type = 1, value_type = 2; TypeProto.map_type = 5; Sequence.elem_type = 1; sequence_type =
        // 4
        byte[] map = add(5, join(add(1, INT64), add(2, tensorType(FLOAT))));
        byte[] graph = join(
                treeNode(xgboostJson, "p"),
                zipMap,
                input(features),
                output("label", tensorType(INT64, ROWS)),
                output("probabilities", add(4, add(1, map))));
        return model(graph);
    }

    private static byte[] treeNode(String xgboostJson, String probabilities) throws IOException {
        JsonNode learner = new JsonMapper().readTree(xgboostJson).get("learner");
        List<Long> treeIds = new ArrayList<>();
        List<Long> nodeIds = new ArrayList<>();
        List<Long> features = new ArrayList<>();
        List<String> modes = new ArrayList<>();
        List<Float> values = new ArrayList<>();
        List<Long> lefts = new ArrayList<>();
        List<Long> rights = new ArrayList<>();
        List<Long> missingGoLeft = new ArrayList<>();
        List<Long> leafTrees = new ArrayList<>();
        List<Long> leafNodes = new ArrayList<>();
        List<Long> leafClasses = new ArrayList<>();
        List<Float> leafWeights = new ArrayList<>();
        long tree = 0;
        for (JsonNode json : learner.at("/gradient_booster/model/trees")) {
            for (int i = 0; i < json.get("left_children").size(); i++) {
                int left = json.get("left_children").get(i).intValue();
                float condition =
                        Float.parseFloat(json.get("split_conditions").get(i).asText());
                boolean leaf = left < 0;
                treeIds.add(tree);
                nodeIds.add((long) i);
                features.add(leaf ? 0 : json.get("split_indices").get(i).longValue());
                modes.add(leaf ? "LEAF" : "BRANCH_LT");
                values.add(leaf ? 0 : condition);
                lefts.add(leaf ? 0 : (long) left);
                rights.add(leaf ? 0 : json.get("right_children").get(i).longValue());
                missingGoLeft.add(json.get("default_left").get(i).longValue());
                if (leaf) {
                    leafTrees.add(tree);
                    leafNodes.add((long) i);
                    leafClasses.add(0L);
                    leafWeights.add(condition);
                }
            }
            tree++;
        }
        String bracketed = learner.at("/learner_model_param/base_score").asText();
        double baseScore = Double.parseDouble(bracketed.replaceAll("[\\[\\]]", ""));
        return node(
                "TreeEnsembleClassifier",
                "ai.onnx.ml",
                List.of("x"),
                List.of("label", probabilities),
                ints("nodes_treeids", treeIds),
                ints("nodes_nodeids", nodeIds),
                ints("nodes_featureids", features),
                strings("nodes_modes", modes),
                floats("nodes_values", values),
                ints("nodes_truenodeids", lefts),
                ints("nodes_falsenodeids", rights),
                ints("nodes_missing_value_tracks_true", missingGoLeft),
                ints("class_treeids", leafTrees),
                ints("class_nodeids", leafNodes),
                ints("class_ids", leafClasses),
                floats("class_weights", leafWeights),
                floats("base_values", List.of((float) Math.log(baseScore / (1 - baseScore)))),
                ints("classlabels_int64s", List.of(0L, 1L)),
                // AttributeProto: name = 1, s = 4, type = 20 (STRING is 3)
                add(5, join(add(1, "post_transform"), add(4, "LOGISTIC"), add(20, 3))));
    }

    /** ModelProto: ir_version = 1, graph = 7, opset_import = 8 (domain = 1, version = 2). */
    private static byte[] model(byte[] graph) {
        return model(graph, IR_VERSION, OPERATOR_SET);
    }

    private static byte[] model(byte[] graph, int irVersion, int operatorSet) {
        return join(
                add(1, irVersion),
                add(7, join(add(2, "graph"), graph)),
                add(8, join(add(1, ""), add(2, operatorSet))),
                add(8, join(add(1, "ai.onnx.ml"), add(2, 3))));
    }

    /** GraphProto.node = 1; NodeProto: input = 1, output = 2, op_type = 4, attribute = 5 (added by its writer), domain = 7. */
    private static byte[] node(
            String operator, String domain, List<String> inputs, List<String> outputs, byte[]... attributes) {
        ByteArrayOutputStream node = new ByteArrayOutputStream();
        inputs.forEach(name -> node.writeBytes(add(1, name)));
        outputs.forEach(name -> node.writeBytes(add(2, name)));
        return add(1, join(node.toByteArray(), add(4, operator), join(attributes), add(7, domain)));
    }

    /** AttributeProto: name = 1, ints = 8, type = 20 (INTS is 7). */
    private static byte[] ints(String name, List<Long> values) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        values.forEach(value -> packed.writeBytes(varint(value)));
        return add(5, join(add(1, name), add(8, packed.toByteArray()), add(20, 7)));
    }

    /** AttributeProto: name = 1, floats = 7, type = 20 (FLOATS is 6). */
    private static byte[] floats(String name, List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return add(5, join(add(1, name), add(7, littleEndian(array)), add(20, 6)));
    }

    /** AttributeProto: name = 1, strings = 9, type = 20 (STRINGS is 8). */
    private static byte[] strings(String name, List<String> values) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        values.forEach(value -> all.writeBytes(add(9, value)));
        return add(5, join(add(1, name), all.toByteArray(), add(20, 8)));
    }

    /** TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9. */
    private static byte[] tensor(String name, float[] values, int... dimensions) {
        ByteArrayOutputStream dims = new ByteArrayOutputStream();
        for (int dimension : dimensions) {
            dims.writeBytes(add(1, dimension));
        }
        return join(dims.toByteArray(), add(2, FLOAT), add(8, name), add(9, littleEndian(values)));
    }

    /** GraphProto.input = 11; ValueInfoProto: name = 1, type = 2. */
    private static byte[] input(int features) {
        return add(11, join(add(1, "x"), add(2, tensorType(FLOAT, ROWS, features))));
    }

    /** GraphProto.output = 12. */
    private static byte[] output(String name, byte[] type) {
        return add(12, join(add(1, name), add(2, type)));
    }

    /**
     * TypeProto.tensor_type = 1: elem_type = 1, shape = 2; TensorShapeProto.dim = 1: dim_value = 1 or, for a name,
     * dim_param = 2.
     */
    private static byte[] tensorType(int element, Object... dimensions) {
        ByteArrayOutputStream shape = new ByteArrayOutputStream();
        for (Object dimension : dimensions) {
            shape.writeBytes(add(1, dimension instanceof Integer size ? add(1, size) : add(2, (String) dimension)));
        }
        return add(1, join(add(1, element), add(2, shape.toByteArray())));
    }

    private static byte[] add(int field, String text) {
        return add(field, text.getBytes(UTF_8));
    }

    /** Wire type 2: a length and so many bytes. */
    private static byte[] add(int field, byte[] bytes) {
        return join(varint((field << 3) | 2), varint(bytes.length), bytes);
    }

    /** Wire type 0: a varint. */
    private static byte[] add(int field, long value) {
        return join(varint((long) field << 3), varint(value));
    }

    private static byte[] varint(long value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long rest = value;
        for (; (rest & ~127L) != 0; rest >>>= 7) {
            bytes.write((int) ((rest & 127) | 128));
        }
        bytes.write((int) rest);
        return bytes.toByteArray();
    }

    private static byte[] littleEndian(float[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return buffer.array();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
