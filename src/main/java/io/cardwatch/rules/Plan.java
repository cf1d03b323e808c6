package io.cardwatch.rules;

import io.cardwatch.domain.Transaction;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Rules that are valid at one time, arranged to be asked fast. For one thread.
 *
 * <p>Most rules are a few tests that cannot fail. Their values and tests are computed first, each once for all rules, and
 * without jumps, which a processor would guess wrong half of the time; the outcome of such a rule is then a bit of its
 * table, at the index that the bits of its tests make. Any other rule is run step by step.
 */
final class Plan {
    /** As many as make an index into the bits of a long. */
    private static final int MAX_TESTS = 6;

    private static final int TEST_WIDTH = 2;
    private static final int VALUE_WIDTH = 4;
    /** Of a rule that has a table. */
    private static final int NO_START = -1;

    private final FiredRules nothing = new FiredRules(List.of(), 0);
    private final List<CompiledRule> rules;
    private final IdList[] lists;
    private final int features;
    /** Variables, values of rules that are run by steps, then constants and shared values as they were met. */
    private final long[] registers;
    /** Of each shared value, after those that it needs: kind, two registers, register of the result. */
    private final int[] values;
    /** By kind, the two numbers of each test. */
    private final int[][] tests;
    /** 1 where a test holds, by kind; at the end one that never does. */
    private final byte[] held;
    /** Of each rule, the places of its tests in {@link #held}. */
    private final int[] testsOfRules;
    /** Of each rule, whether it fires, by the bits of its tests. */
    private final long[] tables;
    /** Steps of the rules that have no table. */
    private final int[] code;
    /** Of each rule, where it begins in {@link #code}. */
    private final int[] starts;

    private final int[] fired;

    /**
     * Arranges rules.
     *
     * @param rules in the order in which they decide
     * @param named the lists that they name, among others
     */
    Plan(List<CompiledRule> rules, SortedMap<String, IdList> named) {
        this.rules = rules;
        lists = named.values().toArray(IdList[]::new);
        features = rules.isEmpty() ? 0 : rules.get(0).variables - RuleCompiler.VARIABLES_BESIDE_FEATURES;
        fired = new int[rules.size()];
        Arrangement arrangement = new Arrangement(new ArrayList<>(named.keySet()));
        rules.forEach(arrangement::reserve);
        rules.forEach(arrangement::add);
        registers = arrangement.registers.toLongArray();
        values = arrangement.values.toIntArray();
        code = arrangement.code.toIntArray();
        starts = arrangement.starts.toIntArray();
        tables = arrangement.tables.toLongArray();
        tests = new int[Program.TESTS][];
        int[] places = new int[arrangement.tests.size() + 1];
        int place = 0;
        for (int kind = 0; kind < Program.TESTS; kind++) {
            IntArrayList ofKind = new IntArrayList();
            for (Map.Entry<List<Integer>, Integer> test : arrangement.tests.entrySet()) {
                if (test.getKey().get(0) == kind) {
                    ofKind.add((int) test.getKey().get(1));
                    ofKind.add((int) test.getKey().get(2));
                    places[test.getValue()] = place++;
                }
            }
            tests[kind] = ofKind.toIntArray();
        }
        places[place] = place;
        held = new byte[place + 1];
        testsOfRules = arrangement
                .testsOfRules
                .intStream()
                .map(test -> places[test == Arrangement.NEVER ? arrangement.tests.size() : test])
                .toArray();
    }

    /** As {@link RuleSet.Evaluator#evaluate}. */
    FiredRules evaluate(Transaction transaction, double[] vector, double probability, double anomalyScore) {
        if (rules.isEmpty()) {
            return nothing;
        }
        for (int i = 0; i < features; i++) {
            registers[i] = Double.doubleToRawLongBits(vector[i]);
        }
        registers[features] = transaction.epochSecond;
        registers[features + 1] = transaction.customerId;
        registers[features + 2] = transaction.terminalId;
        registers[features + 3] = Double.doubleToRawLongBits(probability);
        registers[features + 4] = Double.doubleToRawLongBits(anomalyScore);
        for (int i = 0; i < values.length; i += VALUE_WIDTH) {
            registers[values[i + 3]] = Program.value(values[i], registers[values[i + 1]], registers[values[i + 2]]);
        }
        test(transaction.epochSecond);
        return outcomes(transaction.epochSecond);
    }

    /** Fills {@link #held}; a loop for each kind, so that it has no jump that depends on the payment. */
    private void test(long epochSecond) {
        int place = 0;
        for (int kind = 0; kind < tests.length; kind++) {
            Program.test(kind, tests[kind], registers, lists, epochSecond, held, place);
            place += tests[kind].length / TEST_WIDTH;
        }
    }

    private FiredRules outcomes(long epochSecond) {
        int count = 0;
        int failures = 0;
        for (int rule = 0; rule < starts.length; rule++) {
            if (starts[rule] == NO_START) {
                fired[count] = rule;
                count += (int) (tables[rule] >>> index(rule)) & 1;
            } else {
                int outcome = Program.run(code, starts[rule], registers, lists, epochSecond);
                fired[count] = rule;
                count += outcome == Program.FIRED ? 1 : 0;
                failures += outcome == Program.FAILED ? 1 : 0;
            }
        }
        if (count + failures == 0) {
            return nothing;
        }
        List<CompiledRule> result = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            result.add(rules.get(fired[i]));
        }
        return new FiredRules(result, failures);
    }

    /** The bits of a rule's tests, the first one lowest. */
    private int index(int rule) {
        int at = rule * MAX_TESTS;
        return held[testsOfRules[at]]
                | held[testsOfRules[at + 1]] << 1
                | held[testsOfRules[at + 2]] << 2
                | held[testsOfRules[at + 3]] << 3
                | held[testsOfRules[at + 4]] << 4
                | held[testsOfRules[at + 5]] << 5;
    }

    /** Gives registers, values and tests their places, rule by rule. */
    private static final class Arrangement {
        private static final int NEVER = -1;

        private final List<String> names;
        private final LongArrayList registers = new LongArrayList();
        private final Long2IntOpenHashMap constants = new Long2IntOpenHashMap();
        private final IntArrayList values = new IntArrayList();
        /** The register of each shared value, by kind and operands. */
        private final Map<List<Integer>, Integer> shared = new HashMap<>();
        /** The number of each test, by kind and its two numbers. */
        private final Map<List<Integer>, Integer> tests = new HashMap<>();

        private final IntArrayList testsOfRules = new IntArrayList();
        private final LongArrayList tables = new LongArrayList();
        private final IntArrayList code = new IntArrayList();
        private final IntArrayList starts = new IntArrayList();

        private Arrangement(List<String> names) {
            this.names = names;
        }

        /** Keeps registers for a rule's variables and values. */
        private void reserve(CompiledRule rule) {
            registers.size(Math.max(registers.size(), rule.variables + rule.values));
        }

        private void add(CompiledRule rule) {
            if (hasTable(rule)) {
                addTable(rule);
            } else {
                addSteps(rule);
            }
        }

        private static boolean hasTable(CompiledRule rule) {
            int tests = 0;
            for (int step = 0; step < rule.code.length; step += Program.WIDTH) {
                int kind = rule.code[step];
                if (Program.canFail(kind) || kind == Program.MOVE) {
                    return false;
                }
                tests += Program.isTest(kind) && kind != Program.ALWAYS ? 1 : 0;
            }
            return tests <= MAX_TESTS;
        }

        private void addTable(CompiledRule rule) {
            int[] results = new int[rule.variables + rule.values];
            int[] bits = new int[rule.code.length];
            int count = 0;
            for (int step = 0; step < rule.code.length; step += Program.WIDTH) {
                int kind = rule.code[step];
                if (kind == Program.ALWAYS) {
                    continue;
                }
                int left = shared(rule, rule.code[step + 1], results);
                int right = kind == Program.LISTED ? list(rule, step) : shared(rule, rule.code[step + 2], results);
                List<Integer> key = List.of(kind, left, right);
                if (Program.isTest(kind)) {
                    testsOfRules.add((int) tests.computeIfAbsent(key, added -> tests.size()));
                    bits[step] = count++;
                } else {
                    results[rule.code[step + 3]] = shared.computeIfAbsent(key, this::addValue);
                }
            }
            for (int i = count; i < MAX_TESTS; i++) {
                testsOfRules.add(NEVER);
            }
            long table = 0;
            for (int index = 0; index < 1 << count; index++) {
                table |= (fires(rule.code, bits, index) ? 1L : 0) << index;
            }
            tables.add(table);
            starts.add(NO_START);
        }

        /** Whether the rule fires where its tests have these bits. */
        private static boolean fires(int[] code, int[] bits, int index) {
            int step = 0;
            while (step >= 0) {
                if (!Program.isTest(code[step])) {
                    step += Program.WIDTH;
                } else {
                    boolean holds = code[step] == Program.ALWAYS || (index >> bits[step] & 1) == 1;
                    step = code[holds ? step + 3 : step + 4];
                }
            }
            return step == Program.FIRED;
        }

        private int addValue(List<Integer> key) {
            int result = registers.size();
            registers.add(0);
            values.addAll(key);
            values.add(result);
            return result;
        }

        /** The register of an operand: of a variable, of a constant, or of a value that rules share. */
        private int shared(CompiledRule rule, int register, int[] results) {
            return register < rule.variables ? own(rule, register) : results[register];
        }

        /** The register of an operand of a rule that is run by steps. */
        private int own(CompiledRule rule, int register) {
            return register >= 0 ? register : constants.computeIfAbsent(rule.constants[~register], this::addConstant);
        }

        private int addConstant(long bits) {
            registers.add(bits);
            return registers.size() - 1;
        }

        private int list(CompiledRule rule, int step) {
            return names.indexOf(rule.lists.get(rule.code[step + 2]));
        }

        private void addSteps(CompiledRule rule) {
            int start = code.size();
            for (int step = 0; step < rule.code.length; step += Program.WIDTH) {
                int kind = rule.code[step];
                code.add(kind);
                code.add(own(rule, rule.code[step + 1]));
                code.add(kind == Program.LISTED ? list(rule, step) : own(rule, rule.code[step + 2]));
                code.add(Program.isTest(kind) ? target(rule.code[step + 3], start) : rule.code[step + 3]);
                code.add(target(rule.code[step + 4], start));
            }
            for (int i = 0; i < MAX_TESTS; i++) {
                testsOfRules.add(NEVER);
            }
            tables.add(0);
            starts.add(start);
        }

        private static int target(int step, int start) {
            return step >= 0 ? step + start : step;
        }
    }
}
