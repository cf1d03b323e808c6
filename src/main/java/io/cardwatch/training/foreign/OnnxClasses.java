package io.cardwatch.training.foreign;

import io.cardwatch.domain.BadInputException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The classes that an ONNX classifier names, in the order of its columns of probabilities. They stand in the attributes
 * of its operators, or in a constant from which it takes the label; ONNX Runtime does not report them. So the file is
 * read here, by the field numbers of <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>.
 *
 * <p>The search goes backwards, from the other outputs, which hold the label, and then from the probabilities: a model
 * of models numbers the classes inside and names them at its end.
 */
public final class OnnxClasses {
    private static final Set<String> LISTS = Set.of("classlabels_strings", "classlabels_ints", "classlabels_int64s");
    private static final int TYPE_INT32 = 6;
    private static final int TYPE_INT64 = 7;
    private static final int TYPE_STRING = 8;

    /** In the order of the columns; empty where the file names none. */
    public final List<String> names;
    /** Whether the classes are texts. If they are and were not found, {@link #names} is empty. */
    final boolean texts;

    private OnnxClasses(List<String> names, boolean texts) {
        this.names = names;
        this.texts = texts;
    }

    /**
     * Reads a file that ONNX Runtime has opened.
     *
     * @param probabilities the output that the probabilities are taken from
     * @throws BadInputException if the file is damaged
     */
    public static OnnxClasses of(byte[] onnx, String probabilities) {
        try {
            // ModelProto: graph = 7
            return new Search(new ProtobufMessage(ByteBuffer.wrap(onnx))
                            .messages(7)
                            .get(0))
                    .from(probabilities);
        } catch (ArithmeticException
                | BufferUnderflowException
                | IllegalArgumentException
                | IndexOutOfBoundsException e) {
            throw new BadInputException(
                    "the classes of the ONNX model cannot be read: " + e,
                    "Export it again as one whole .onnx file.",
                    e);
        }
    }

    /**
     * The column of a class, counted from 0.
     *
     * @throws BadInputException if the file names no such class
     */
    public int columnOf(String name) {
        if (!names.contains(name)) {
            throw new BadInputException(
                    "the ONNX model has no class '" + name + "'; it names "
                            + (names.isEmpty() ? "none" : String.join(", ", names)),
                    names.isEmpty()
                            ? "Leave out --positive-class, or export the model with its classes."
                            : "Give one of these by --positive-class.");
        }
        return names.indexOf(name);
    }

    /**
     * Refuses a model whose classes are known and are not 0 and 1 in this order, since it would be a guess that the
     * second is fraud. A model without classes is accepted: it is a net made for this purpose.
     *
     * @throws BadInputException if the classes are others
     */
    public void requireZeroAndOne() {
        if (names.isEmpty() && texts) {
            throw new BadInputException(
                    "the ONNX model's labels are texts, and its file does not say which column is whose",
                    "Export it with the classes 0 and 1, 1 being fraud.");
        }
        if (!names.isEmpty() && (texts || !names.equals(List.of("0", "1")))) {
            throw new BadInputException(
                    "the ONNX model's classes are " + String.join(", ", names)
                            + ", not the numbers 0, 1: which of them is fraud is not known",
                    "Say which it is by --positive-class NAME.");
        }
    }

    /** A search for classes in the graph; maps are by the name of a value. */
    private static final class Search {
        private final ProtobufMessage graph;
        private final Map<String, ProtobufMessage> makers = new HashMap<>();
        private final Map<String, ProtobufMessage> constants = new HashMap<>();

        Search(ProtobufMessage graph) {
            this.graph = graph;
            // GraphProto: node = 1, initializer = 5; NodeProto: output = 2; TensorProto: name = 8
            for (ProtobufMessage node : graph.messages(1)) {
                node.texts(2).forEach(output -> makers.put(output, node));
            }
            graph.messages(5).forEach(tensor -> constants.put(tensor.text(8), tensor));
        }

        OnnxClasses from(String probabilities) {
            List<String> starts = new ArrayList<>();
            boolean texts = false;
            // GraphProto: output = 12; ValueInfoProto: name = 1, type = 2; TypeProto: tensor_type = 1 of elem_type = 1
            for (ProtobufMessage output : graph.messages(12)) {
                if (!output.text(1).equals(probabilities)) {
                    starts.add(output.text(1));
                    for (ProtobufMessage type : output.messages(2)) {
                        for (ProtobufMessage tensor : type.messages(1)) {
                            texts |= tensor.integers(1).contains((long) TYPE_STRING);
                        }
                    }
                }
            }
            starts.add(probabilities);
            for (String start : starts) {
                OnnxClasses found = nearest(start);
                if (found != null && (found.texts || !texts)) {
                    return found;
                }
            }
            return new OnnxClasses(List.of(), texts);
        }

        /** The classes that are the fewest operators away, null if there are none. */
        private OnnxClasses nearest(String output) {
            Deque<String> values = new ArrayDeque<>(List.of(output));
            Set<String> seen = new HashSet<>();
            while (!values.isEmpty()) {
                ProtobufMessage node = makers.get(values.remove());
                if (node == null) {
                    continue;
                }
                OnnxClasses found = classes(node);
                if (found != null) {
                    return found;
                }
                // NodeProto: input = 1
                node.texts(1).stream().filter(seen::add).forEach(values::add);
            }
            return null;
        }

        private OnnxClasses classes(ProtobufMessage node) {
            // NodeProto: input = 1, op_type = 4, attribute = 5; AttributeProto: name = 1, ints = 8, strings = 9
            for (ProtobufMessage attribute : node.messages(5)) {
                if (LISTS.contains(attribute.text(1))) {
                    List<String> texts = attribute.texts(9);
                    List<String> numbers = texts(attribute.integers(8));
                    if (texts.size() + numbers.size() > 0) {
                        return new OnnxClasses(texts.isEmpty() ? numbers : texts, !texts.isEmpty());
                    }
                }
            }
            return node.text(4).equals("ArrayFeatureExtractor")
                    ? constant(constants.get(node.texts(1).get(0)))
                    : null;
        }

        /** The two values of a label, from which scikit-learn's converter picks one by number; else null. */
        private static OnnxClasses constant(ProtobufMessage tensor) {
            if (tensor == null) {
                return null;
            }
            // TensorProto: data_type = 2, int32_data = 5, string_data = 6, int64_data = 7, raw_data = 9
            long type = tensor.integers(2).stream().findFirst().orElse(0L);
            List<Long> numbers = new ArrayList<>();
            if (type == TYPE_INT32 || type == TYPE_INT64) {
                numbers.addAll(tensor.integers(5));
                numbers.addAll(tensor.integers(7));
                for (ByteBuffer raw : tensor.bytes(9)) {
                    raw.order(ByteOrder.LITTLE_ENDIAN);
                    while (raw.hasRemaining()) {
                        numbers.add(type == TYPE_INT64 ? raw.getLong() : raw.getInt());
                    }
                }
            }
            boolean texts = type == TYPE_STRING;
            List<String> names = texts ? tensor.texts(6) : texts(numbers);
            return names.size() == 2 ? new OnnxClasses(names, texts) : null;
        }

        private static List<String> texts(List<Long> numbers) {
            List<String> texts = new ArrayList<>();
            numbers.forEach(number -> texts.add(number.toString()));
            return texts;
        }
    }
}
