package io.cardwatch.rules;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Spelling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks rules against the features of a job and translates them. CEL parses and types them; what is evaluated is a
 * {@link Program}. Making one takes a tenth of a second, compiling a rule less than a millisecond. Thread-safe.
 */
public final class RuleCompiler {
    static final String LISTED = "listed";
    static final String ANOMALY_SCORE = "anomaly_score";
    /** tx_datetime, customer_id, terminal_id, fraud_probability, anomaly_score. */
    static final int VARIABLES_BESIDE_FEATURES = 5;

    private static final int MAX_LENGTH = 4_000;
    private static final Pattern UNKNOWN = Pattern.compile("undeclared reference to '([^']*)'.*");
    private static final Pattern MISMATCH =
            Pattern.compile("found no matching overload for '([^']*)' (applied to '.*?')( \\(candidates.*)?");

    private final FeatureSet features;
    private final CelCompiler compiler;
    /** The register of each variable. */
    private final Map<String, Integer> slots = new LinkedHashMap<>();

    /** A compiler of rules over the features that a job computes. */
    public RuleCompiler(FeatureSet features) {
        this.features = features;
        CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(CelOptions.current()
                        .enableHeterogeneousNumericComparisons(true)
                        .maxExpressionCodePointSize(MAX_LENGTH)
                        .build())
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .setResultType(SimpleType.BOOL)
                .addFunctionDeclarations(
                        equality("_==_", "equals"), equality("_!=_", "not_equals"), membership(), listed());
        variables(features).forEach((name, type) -> {
            builder.addVar(name, type);
            slots.put(name, slots.size());
        });
        compiler = builder.build();
    }

    /**
     * Compiles a rule. Whether its lists exist is asked by {@link CompiledRule#requireLists}.
     *
     * @throws BadInputException naming the rule, and the column of the mistake, if it is none
     */
    public CompiledRule compile(Rule rule) {
        try {
            return new Translation(rule, compiler.compile(rule.expression).getAst(), slots).translate();
        } catch (CelValidationException e) {
            throw refused(rule, e.getErrors().get(0), e);
        }
    }

    /** The variables of rules with their types, in the order in which {@link RuleSet} fills the registers. */
    static Map<String, CelType> variables(FeatureSet features) {
        Map<String, CelType> variables = new LinkedHashMap<>();
        features.features().forEach(feature -> variables.put(feature.column(), SimpleType.DOUBLE));
        variables.put("tx_datetime", SimpleType.TIMESTAMP);
        variables.put("customer_id", SimpleType.INT);
        variables.put("terminal_id", SimpleType.INT);
        variables.put("fraud_probability", SimpleType.DOUBLE);
        variables.put(ANOMALY_SCORE, SimpleType.DOUBLE);
        return variables;
    }

    /**
     * CEL's own equality is of two values of one type, so that a double never equals 0, which would be 0.0. This one
     * takes an int and a double, too, like CEL's other comparisons.
     */
    private static CelFunctionDecl equality(String function, String overload) {
        List<CelOverloadDecl> overloads = new ArrayList<>();
        for (CelType type : List.of(
                SimpleType.BOOL, SimpleType.INT, SimpleType.DOUBLE, SimpleType.TIMESTAMP, SimpleType.DURATION)) {
            overloads.add(CelOverloadDecl.newGlobalOverload(overload + "_" + type.name(), SimpleType.BOOL, type, type));
        }
        overloads.add(CelOverloadDecl.newGlobalOverload(
                overload + "_int_double", SimpleType.BOOL, SimpleType.INT, SimpleType.DOUBLE));
        overloads.add(CelOverloadDecl.newGlobalOverload(
                overload + "_double_int", SimpleType.BOOL, SimpleType.DOUBLE, SimpleType.INT));
        return CelFunctionDecl.newFunctionDeclaration(function, overloads);
    }

    /** The same for {@code in}. */
    private static CelFunctionDecl membership() {
        List<CelOverloadDecl> overloads = new ArrayList<>();
        for (CelType sought : List.of(SimpleType.INT, SimpleType.DOUBLE)) {
            for (CelType element : List.of(SimpleType.INT, SimpleType.DOUBLE)) {
                overloads.add(CelOverloadDecl.newGlobalOverload(
                        "in_" + sought.name() + "_" + element.name(),
                        SimpleType.BOOL,
                        sought,
                        ListType.create(element)));
            }
        }
        return CelFunctionDecl.newFunctionDeclaration("@in", overloads);
    }

    private static CelFunctionDecl listed() {
        return CelFunctionDecl.newFunctionDeclaration(
                LISTED,
                CelOverloadDecl.newGlobalOverload(
                        "listed_string_int", SimpleType.BOOL, SimpleType.STRING, SimpleType.INT));
    }

    private BadInputException refused(Rule rule, CelIssue issue, CelValidationException root) {
        String mistake = rule + ", " + place(issue.getSourceLocation()) + ": ";
        Matcher unknown = UNKNOWN.matcher(issue.getMessage());
        if (unknown.matches()) {
            return unknown(mistake, unknown.group(1), root);
        }
        Matcher mismatch = MISMATCH.matcher(issue.getMessage());
        if (mismatch.matches()) {
            String types = mismatch.group(2);
            return new BadInputException(
                    mistake + withoutUnderscores(mismatch.group(1)) + " cannot be " + types,
                    types.contains("double") && types.contains("int")
                            ? "Write whole numbers that are added to or multiplied with features with a point, as 2.0."
                            : "Features are doubles, ids are ints, and tx_datetime is a timestamp.",
                    root);
        }
        return new BadInputException(
                mistake + issue.getMessage().replaceAll("\\s+", " "),
                "Correct the expression; it must be CEL and give true or false.",
                root);
    }

    private BadInputException unknown(String mistake, String name, CelValidationException root) {
        boolean extended = Arrays.stream(Feature.values())
                .anyMatch(feature -> feature.column().equals(name));
        if (extended) {
            return new BadInputException(
                    mistake + name + " is no feature of features.set=" + features.lowerCaseName()
                            + ", which the job computes",
                    "Run the job with features.set=" + FeatureSet.EXTENDED.lowerCaseName()
                            + ", or leave the feature out.",
                    root);
        }
        List<String> known = new ArrayList<>(slots.keySet());
        known.add(LISTED);
        return new BadInputException(
                mistake + name + " is not known in rules", "Did you mean " + Spelling.nearest(name, known) + "?", root);
    }

    /** Counted from 1; a line is named only where it is not the first. */
    static String place(CelSourceLocation location) {
        String column = "column " + (Math.max(0, location.getColumn()) + 1);
        return location.getLine() <= 1 ? column : "line " + location.getLine() + " " + column;
    }

    /** {@code _==_} as a user writes it. */
    static String withoutUnderscores(String function) {
        String bare = function.replaceAll("[_@]", "");
        return Character.isLetter(bare.charAt(0)) ? function.replace("@", "") : bare;
    }
}
