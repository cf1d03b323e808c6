/**
 * Rules and lists that a fraud team writes: checked, put in force together, and asked about each payment. Plain Java; who
 * reads them from tables is elsewhere.
 *
 * <p>Context: a team wants its rules in a known language, told of mistakes by their column, and changed while the job runs;
 * a job has a thousand of them and tens of microseconds a payment. CEL has the language and the checker, but its runtime
 * boxes every value and takes one to two microseconds a rule. Choice: {@link io.cardwatch.rules.RuleCompiler} lets CEL
 * parse and type an expression, then translates it into a few steps over registers; tests compare them with CEL's
 * runtime, which the job does not have. What cannot be translated is refused, never evaluated in another way.
 *
 * <p>Consequence: numbers, times, durations, lists and their operators are there; text, maps and macros over lists are
 * not. Values behave as CEL's runtime for Java has them: an int that overflows is an error, as is a division by the int 0,
 * and a double that is compared with an int stands on a line with it, NaN above all numbers.
 */
package io.cardwatch.rules;
