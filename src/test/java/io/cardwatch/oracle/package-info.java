/**
 * The truth the feature stage is tested against.
 *
 * <p>Context: features, lateness and known fraud are promised to the second and to the bit, and the job reaches them
 * with rings, cursors and running sums that are easy to get subtly wrong. Choice: a second, deliberately slow program
 * written from the promise alone, which keeps everything that ever arrived and recomputes each window from it; it
 * shares the domain's types with the job and nothing else. It is itself held by a table of cases worked out by hand
 * and by the published handbook features. Consequence: whatever differs is a bug of the job or of the promise, and a
 * random history that shows one is printed with its seed, shrunk to the arrivals that matter.
 */
package io.cardwatch.oracle;
